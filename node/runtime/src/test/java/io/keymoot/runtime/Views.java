package io.keymoot.runtime;

/** What JGroups itself believes, for runs without a node. */
public final class Views {
  private Views() {}

  /** How many it has in its view, this end among them. */
  public static int membersOf(JGroupsTransport transport) {
    return transport.channel().getView().size();
  }
}
