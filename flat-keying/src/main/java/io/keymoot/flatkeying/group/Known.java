package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.Slot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A valid fact with its place in the graph and all that was decided about it once and for all, from
 * its past alone. Shared by every peer of one JVM that learns the fact.
 */
public final class Known {
  private Envelope envelope;
  private final List<Known> parents;
  private final AuthorLine line;
  private final int index;
  private final int turn;
  private final List<Known> ownPrevious;
  private final List<Stay> rests;
  private List<Stay> begun = List.of();
  private List<FactId> names = List.of();
  private List<Start> starts = List.of();

  /** The state of P(this), while it is kept; {@link Ledger#after} makes it again. */
  @Nullable GroupState after;

  Known(
      Envelope envelope,
      List<Known> parents,
      AuthorLine line,
      int index,
      List<Known> ownPrevious,
      List<Stay> rests) {
    this.envelope = envelope;
    this.parents = parents;
    this.line = line;
    this.index = index;
    this.ownPrevious = ownPrevious;
    this.turn = 1 + ownPrevious.stream().mapToInt(Known::turn).max().orElse(-1);
    this.rests = rests;
  }

  public FactId id() {
    return envelope.id();
  }

  public MemberId author() {
    return header().author();
  }

  public Header header() {
    return envelope.header();
  }

  public Fact fact() {
    return envelope.fact();
  }

  /** The bytes as they were received, and the cover as long as it is kept. */
  public Envelope envelope() {
    return envelope;
  }

  /** Wraps and seals go with the epoch they are for; what was signed stays. */
  public void dropCover() {
    envelope = envelope.withoutCover();
  }

  /** Header and signature alone, as a proof carries them. */
  public SignedHeader signedHeader() {
    return new SignedHeader(envelope.header(), envelope.signature());
  }

  public List<Known> parents() {
    return parents;
  }

  /** The stays its author had and could rest on when it made this. */
  public List<Stay> rests() {
    return rests;
  }

  /** The stays this begins; none if no row was valid, or if it is no Found, Admit or Here. */
  public List<Stay> begun() {
    return begun;
  }

  /** The epochs that were usable once this was known; their revision steps by one. */
  public List<FactId> names() {
    return names;
  }

  /** A slot's chain of KEKs begins anew in an epoch, from a Reseal that its prev did not know. */
  public record Start(Slot slot, Known reseal) {}

  /** Of an epoch: the slots whose chain begins anew in it. The others step on from its prev. */
  public List<Start> starts() {
    return starts;
  }

  @Nullable Known startOf(Slot slot) {
    for (Start start : starts) {
      if (start.slot.equals(slot)) {
        return start.reseal;
      }
    }
    return null;
  }

  Rekey rekey() {
    return (Rekey) fact();
  }

  /**
   * Place in the order of learning: parents come before children. Local, never compared by peers.
   */
  int index() {
    return index;
  }

  /** How many facts of the author lie below this one, on the longest line. */
  int turn() {
    return turn;
  }

  /** The author's facts right before this one: one, or several where it closes its own fork. */
  List<Known> ownPrevious() {
    return ownPrevious;
  }

  AuthorLine line() {
    return line;
  }

  void begins(List<Stay> stays) {
    begun = List.copyOf(stays);
  }

  void starts(List<Start> chains) {
    starts = chains;
  }

  void names(List<FactId> epochs) {
    names = List.copyOf(epochs);
  }

  @Override
  public String toString() {
    return header().type() + " " + id() + " by " + author();
  }

  /** What this JVM knows of one author's facts as a whole. */
  static final class AuthorLine {
    /** Two facts share a turn, so turn numbers alone no longer tell what lies below what. */
    boolean forked;

    int turns;
  }
}
