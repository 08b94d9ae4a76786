package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A handle on one key of the group, for a sealer or opener outside this node: a media pipeline, a
 * browser. It gives no bytes to keep, but lends them; once the key is retired it lends nothing.
 */
public final class GroupKey {
  private final KeyBoard board;
  private final KeyName name;
  private final KeyBoard.Look look;

  GroupKey(KeyBoard board, KeyName name, KeyBoard.Look look) {
    this.board = board;
    this.name = name;
    this.look = look;
  }

  public GroupId group() {
    return board.group();
  }

  /** The Rekey that made it. */
  public FactId epoch() {
    return name.epoch();
  }

  /** Steps with each admission. */
  public int revision() {
    return name.revision();
  }

  /**
   * Who may send, as this node knew when it told of this key; {@link KeyListener} tells changes.
   */
  public List<FrameSender> senders() {
    return look.senders();
  }

  /** This device's own name on frames; none while it is not in. */
  public Optional<FrameSender> self() {
    return look.self();
  }

  /** What stands in the header of a sender's frames under this key; empty once retired. */
  public Optional<Long> kid(FrameSender sender) {
    return board.kid(name, sender);
  }

  /**
   * Lends the 32 bytes from which RFC 9605 derives the rest, suite 5 here. The array is wiped when
   * {@code use} returns. Empty, and {@code use} not called, once the key is retired; so {@code use}
   * must return something, be it only {@code true}.
   *
   * <p>Sealing under one's own base key: only in streams of the {@link KeySubscription}, with
   * counters 256 · n + stream, n never going back.
   */
  public <T> Optional<T> lendBaseKey(FrameSender sender, Function<byte[], T> use) {
    return board.lendBaseKey(name, sender, use);
  }

  /** As {@link GroupNode#export}, from this very key; empty once retired. */
  public Optional<ExportedKey> export(String label, Bytes context, int length) {
    ExportedKey.checkBounds(label, context, length);
    return board.export(name, label, context, length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GroupKey that && board == that.board && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return "GroupKey of epoch " + name.epoch() + " revision " + name.revision();
  }
}
