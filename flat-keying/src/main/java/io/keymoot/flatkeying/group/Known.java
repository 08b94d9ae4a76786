package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A valid fact with its place in the graph and all that was decided about it once and for all, from
 * its past alone. Shared by every peer of one JVM that learns the fact ({@link Lore}).
 *
 * <p>Its bytes are kept, to be given to others; of what they say only what is asked often is held
 * beside them. Covers are not part of it: each peer drops them when it is done with them.
 */
public final class Known {
  /** Parents before children, and the same on every peer. */
  static final Comparator<Known> PARENTS_FIRST =
      Comparator.comparingInt((Known each) -> each.below).thenComparing(Known::id);

  private final Hash32 id;
  private final Person author;
  private final MessageType type;
  private final Bytes bytes;

  /** Not of an Admit: what its rows began stands in {@link #begun}, and the rest is bulk. */
  private final @Nullable Fact fact;

  private final List<Known> parents;
  private final AuthorLine line;
  private final int below;
  private final int turn;
  private final List<Known> ownPrevious;
  private final List<Stay> rests;
  private List<Stay> begun = List.of();
  private List<FactId> names = List.of();
  private List<CredentialsAsked.Answer> asked = List.of();
  private List<Start> starts = List.of();

  /** Place in the order in which this process learnt facts: never compared by peers. */
  int index;

  /** The state of P(this), while it is kept; {@link Lore#after} makes it again. */
  @Nullable GroupState after;

  /** The state of past(this), kept as long where it is a join: else it is the one parent's. */
  @Nullable GroupState past;

  /**
   * @param past the state of past(this)
   */
  Known(
      Envelope envelope,
      Bytes bytes,
      Person author,
      List<Known> parents,
      AuthorLine line,
      GroupState past,
      List<Stay> rests) {
    this.id = envelope.id().hash();
    this.author = author;
    this.type = envelope.header().type();
    this.bytes = bytes;
    this.fact = envelope.fact() instanceof Admit ? null : envelope.fact();
    this.parents = List.copyOf(parents);
    this.line = line;
    this.below = past.count();
    this.ownPrevious = past.tipsOf(author.id());
    int last = -1;
    for (Known each : ownPrevious) {
      last = Math.max(last, each.turn);
    }
    this.turn = last + 1;
    this.rests = List.copyOf(rests);
  }

  public FactId id() {
    return new FactId(id);
  }

  public MemberId author() {
    return author.id();
  }

  public MessageType type() {
    return type;
  }

  /** An Admit's is read anew from its bytes. */
  public Fact fact() {
    Fact kept = fact;
    return kept != null ? kept : envelope().fact();
  }

  /** As it was received, without a cover ({@link Ledger#envelope} adds it). */
  public Envelope envelope() {
    return FactCodec.decode(bytes).orThrow();
  }

  public Header header() {
    return envelope().header();
  }

  /** Header and signature alone, as a proof carries them. */
  public SignedHeader signedHeader() {
    Envelope envelope = envelope();
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

  /** What the decision hung on beside the past. */
  List<CredentialsAsked.Answer> asked() {
    return asked;
  }

  /** All that is kept of it, in one piece. */
  Bytes bytes() {
    return bytes;
  }

  boolean isRekey() {
    return type == MessageType.REKEY;
  }

  /** A slot's chain of KEKs begins anew in an epoch, from a Reseal that its prev did not know. */
  public record Start(Slot slot, Known reseal) {}

  /** Of an epoch: the slots whose chain begins anew in it. The others step on from its prev. */
  public List<Start> starts() {
    return starts;
  }

  Rekey rekey() {
    return (Rekey) fact();
  }

  Optional<Here> here() {
    return fact instanceof Here here ? Optional.of(here) : Optional.empty();
  }

  Hash32 key() {
    return id;
  }

  Person person() {
    return author;
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

  void hasStates(GroupState past, GroupState after) {
    this.after = after;
    this.past = parents().size() > 1 ? past : null;
  }

  /** What it shows is made again when it is asked for. */
  void forgetStates() {
    after = null;
    past = null;
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

  void asked(List<CredentialsAsked.Answer> answers) {
    asked = answers;
  }

  @Override
  public String toString() {
    return type + " " + id + " by " + author;
  }

  /** What this JVM knows of one author's facts as a whole. */
  static final class AuthorLine {
    /** Two facts share a turn, so turn numbers alone no longer tell what lies below what. */
    boolean forked;

    int turns;
  }
}
