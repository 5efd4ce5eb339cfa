package dev.graft.backend;

import java.util.List;

/** Finds devices of one kind; implementations have a public constructor and are reached by name. */
public interface DeviceProvider {
  /** What is there, the fastest kind first; each entry that is usable has been tried. */
  List<DeviceInfo> devices();

  /**
   * The backend of device {@code index} of {@link #devices}, the same one at each call.
   *
   * @throws DeviceException if there is none, or it does not work
   */
  Backend open(int index);
}
