package io.keymoot.runtime;

/**
 * The node has stopped, so what was asked of it will not be done. A bug that stopped it is the
 * cause.
 */
public final class NodeStopped extends RuntimeException {
  NodeStopped(String what) {
    super(what);
  }

  NodeStopped(String what, Throwable bug) {
    super(what, bug);
  }
}
