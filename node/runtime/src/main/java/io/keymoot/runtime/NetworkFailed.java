package io.keymoot.runtime;

/** The network could not be opened, as where an address or port is not this machine's or taken. */
public final class NetworkFailed extends RuntimeException {
  NetworkFailed(String cluster, Exception cause) {
    super("cannot reach the network as \"" + cluster + "\": " + sentence(cause), cause);
  }

  private static String sentence(Throwable cause) {
    Throwable deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage();
    return message == null ? deepest.getClass().getSimpleName() : message;
  }
}
