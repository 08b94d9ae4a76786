package io.keymoot.runtime;

/** The network could not be opened, as where an address or port is not this machine's or taken. */
public final class NetworkFailed extends RuntimeException {
  private static final String REMEDY =
      "Check that the address it binds to is this machine's own, that no other program has its"
          + " port, and that the others' addresses are right";

  NetworkFailed(String cluster, Exception cause) {
    super(
        "cannot reach the network as \"" + cluster + "\": " + sentence(cause) + ". " + REMEDY,
        cause);
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
