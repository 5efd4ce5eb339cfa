package dev.graft.backend;

/**
 * What {@link Device#all} says of one device.
 *
 * @param id what {@link Device#of} takes: {@code cpu}, {@code opencl:0}; {@code opencl} where no
 *     device could be asked at all
 * @param name as its maker calls it; for the CPU the backend's
 * @param details driver, memory, units; may be empty
 * @param refusal why it cannot be used; null where it can
 */
public record DeviceInfo(String id, String name, String details, String refusal) {
  public boolean isUsable() {
    return refusal == null;
  }

  /** {@code opencl:0 NAME (details)}, and why not. */
  @Override
  public String toString() {
    String text = id + "  " + name + (details.isEmpty() ? "" : " (" + details + ")");
    return isUsable() ? text : text + ": refused: " + refusal;
  }
}
