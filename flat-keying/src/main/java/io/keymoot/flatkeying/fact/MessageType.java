package io.keymoot.flatkeying.fact;

import java.util.List;
import java.util.Optional;

/**
 * What a signed message is. The code goes over the wire and into the signing context, so nothing
 * signed as one type is ever valid as another.
 */
public enum MessageType {
  FOUND(1),
  ADMIT(2),
  HERE(3),
  REKEY(4),
  RESEAL(5),
  JOIN_REQUEST(16),
  LEAVE(17),
  APPROVE(18),
  HEARTBEAT(19),
  GRANT(20),
  NEED(21),
  GIVE(22),
  SYNC(23),
  RELAY(24),
  SYNC_REPLY(25),
  SESSION_ANSWER(26);

  private static final List<MessageType> ALL = List.of(values());

  private final int code;

  MessageType(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The type with this code; none for codes this version does not know. */
  public static Optional<MessageType> of(int code) {
    for (MessageType type : ALL) {
      if (type.code == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  public boolean isFact() {
    return code <= RESEAL.code;
  }

  /**
   * Whether it starts with a {@link Header}. A JoinRequest does not: its author has no id yet but
   * what follows from it. Those after SYNC are not signed: what they carry vouches for itself.
   */
  public boolean hasHeader() {
    return this != JOIN_REQUEST && code <= SYNC.code;
  }

  /** A statement is a fact or a signed heartbeat: what own order is about. */
  public boolean isStatement() {
    return isFact() || this == HEARTBEAT;
  }
}
