package dev.graft.backend;

/** Finds devices of one kind; implementations have a public constructor and are reached by name. */
public interface DeviceProvider {
  /**
   * How many there are; they are numbered from 0 on, the fastest kind first.
   *
   * @throws DeviceException if they cannot be asked for
   */
  int count();

  /** What the maker of device {@code index} calls it. */
  String name(int index);

  /** All about device {@code index}, which is tried out for it. */
  DeviceInfo info(int index);

  /**
   * The backend of device {@code index}, the same one at each call.
   *
   * @throws DeviceException if there is none, or it does not work
   */
  Backend open(int index);
}
