package io.keymoot.flatkeying.fact;

/**
 * The first fact of a group. Its author is the founder, its id the group.
 *
 * @param founder the founder's own row; unsigned, for the Found's signature covers it
 */
public record Found(
    String name, Profile profile, Suite suite, Rights rights, Trust trust, JoinRequest founder)
    implements Fact {
  @Override
  public MessageType type() {
    return MessageType.FOUND;
  }
}
