package io.keymoot.runtime;

/** Too many commands wait for their answers already. Wait for one, then ask again. */
public final class NodeBusy extends RuntimeException {
  NodeBusy() {
    super(
        RuntimeLimits.COMMANDS
            + " commands wait for their answers already; wait for one, then ask again");
  }
}
