package dev.graft.plan;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;

/**
 * Where a value lies: in a slot of the arena, or, if {@code constant} is not null, in memory of its
 * own.
 *
 * @param layout relative to the slot's beginning
 */
record Place(Slot slot, View constant, Layout layout) {
  static Place in(Slot slot, Layout layout) {
    return new Place(slot, null, layout);
  }

  static Place of(View constant) {
    return new Place(null, constant, constant.layout());
  }

  /** The same memory through another layout. */
  Place with(Layout other) {
    return new Place(slot, constant == null ? null : constant.with(other), other);
  }

  /** As kernels see it in an arena. */
  View in(View arena) {
    return constant != null
        ? constant
        : arena.with(layout.at(arena.offset() + slot.offset + layout.offset()));
  }

  /** Says that step {@code step} uses it. */
  void touch(int step) {
    if (slot != null) {
      slot.touch(step);
    }
  }
}
