package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.Opening;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.Handshake.Answer;
import io.keymoot.flatkeying.key.Handshake.Offer;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one stay shares with another: after one handshake, seals of 48 bytes in both directions.
 *
 * <pre>
 *   offerer                                            answerer
 *   Offer, and seals of the half-open chain  ────────▶  opens them at once
 *            settled  ◀────────  Answer                 may seal, unconfirmed
 *   seals of its full chain  ────────────────────────▶  confirmed: settled
 *            ◀──────────────────  seals of its full chain
 * </pre>
 *
 * <p>The half-open chain is guarded by the answerer's leaf key alone, the full chains by ephemeral
 * keys of both ends too, which are gone once the Answer is made and taken. Every chain steps with
 * every seal.
 *
 * <p>Each end seals under what the other is proved to have; a handshake in progress never takes the
 * place of a session that works. <b>Offers that cross:</b> each end answers the other's, for of
 * either the Answer may be the only message that arrives. The higher end withdraws its own when it
 * does; so if both are heard the lower stay's stands, and what was sealed under the other still
 * opens.
 *
 * <p>Handshake messages may be lost: an Offer goes with every seal until it is answered, and an
 * Offer seen before is answered as before. Seals may be lost or come late, within {@code Limits}.
 * What the other end could not open (it never had the Answer, or lost its state) was sealed under
 * keys that its owner uses no more ({@link #failed}). These alone go: what has been agreed on since
 * stays, or two ends that lost hold of each other would go on dropping what the other just made.
 */
public final class Session implements AutoCloseable {
  /**
   * Chains that newer ones replaced stay open for so many seals of the newer: some are overtaken.
   */
  static final int LINGER_SEALS = 8;

  private static final int LINGERING_CHAINS = 4;
  private static final int REMEMBERED_OFFERS = 8;

  private final GroupId group;
  private final StayId own;
  private final StayId other;

  private @Nullable Offered offered;
  private @Nullable Answered answered;
  private @Nullable Channel settled;

  private final ArrayDeque<ReceiveChain> lingering = new ArrayDeque<>();
  private int sealsSinceChange;
  private final ArrayDeque<Hash32> pastOffers = new ArrayDeque<>();
  private boolean closed;

  /** Our Offer, not yet answered. */
  private record Offered(
      Offer offer, LeafKeyPair ephemeral, SessionKeys.Early early, SendChain halfOpen) {
    void close() {
      ephemeral.close();
      early.close();
      halfOpen.close();
    }
  }

  /** Their Offer, answered; that they have the Answer is not yet proved. */
  private record Answered(Hash32 offer, Answer answer, ReceiveChain halfOpen, Channel channel) {}

  /** The full chains of one handshake. */
  private record Channel(SendChain send, ReceiveChain receive) {}

  Session(GroupId group, StayId own, StayId other) {
    this.group = group;
    this.own = own;
    this.other = other;
  }

  public StayId own() {
    return own;
  }

  public StayId other() {
    return other;
  }

  // ---- sealing

  /**
   * @param offer to be sent with the seal, while the other end has not answered one
   */
  public record Sealed(Optional<Offer> offer, Seal seal) {}

  /** Whether the next seal needs no Offer: 50 bytes, and no leaf key fetched. */
  public boolean sealsAtOnce() {
    return sendingChain() != null;
  }

  /**
   * Seals an epoch's original secret to the other end.
   *
   * @param context hash of the Rekey's content before the cover; the other end must name the same
   * @param leaf the other stay's leaf key
   */
  public Sealed seal(EpochSecret secret, Hash32 context, LeafKey leaf, Entropy entropy) {
    checkOpen();
    SendChain chain = sendingChain();
    if (chain != null) {
      return new Sealed(Optional.empty(), chain.seal(secret, context));
    }
    if (offered == null || offered.halfOpen.isSpent()) {
      offer(leaf, entropy);
    }
    Offered mine = offered;
    if (mine == null) {
      throw new IllegalStateException("an Offer was just made");
    }
    // Again and again: it may be asleep, or its Answer lost, and opens no seal without the Offer.
    return new Sealed(Optional.of(mine.offer), mine.halfOpen.seal(secret, context));
  }

  /**
   * A settled session, else one we answered. Under our own Offer only the half-open chain seals.
   */
  private @Nullable SendChain sendingChain() {
    if (settled != null && !settled.send.isSpent()) {
      return settled.send;
    }
    // While our own Offer may be heard first, it goes with every seal: so it opens in any case.
    if (answered != null && offered == null && !answered.channel.send.isSpent()) {
      return answered.channel.send;
    }
    return null;
  }

  /**
   * The other end could not open what was sealed last with this context: nothing more is sealed
   * under those keys. What it seals to us still opens.
   */
  public void failed(Hash32 context) {
    checkOpen();
    if (settled != null && settled.send.sealedLast(context)) {
      settled.send.close();
    }
    if (answered != null && answered.channel.send.sealedLast(context)) {
      answered.channel.send.close();
    }
    if (offered != null && offered.halfOpen.sealedLast(context)) {
      withdraw();
    }
  }

  private void offer(LeafKey leaf, Entropy entropy) {
    withdraw();
    LeafKeyPair ephemeral = LeafKeyPair.generate(entropy);
    LeafKey.Encapsulated toLeaf = leaf.encapsulate(entropy);
    Bytes publicKey = ephemeral.publicKey().bytes();
    Hash32 transcript =
        SessionKeys.offered(group, own, other, leaf, publicKey, toLeaf.encapsulation());
    SessionKeys.Early early = new SessionKeys.Early(toLeaf.secret(), transcript);
    offered =
        new Offered(
            new Offer(publicKey, toLeaf.encapsulation(), early.proof()),
            ephemeral,
            early,
            new SendChain(early.halfOpenChain()));
  }

  private void withdraw() {
    if (offered != null) {
      offered.close();
      offered = null;
    }
  }

  // ---- the handshake

  /** What taking an Offer came to. */
  public sealed interface Taken {
    /** Send this back. The Offer's seals open from now on. */
    record Reply(Answer message) implements Taken {}

    /** An Offer that was dealt with before. */
    record Known() implements Taken {}

    /** Not made for this leaf key and pair of stays, or garbage. Nothing has changed. */
    record Refused() implements Taken {}
  }

  /**
   * Takes an Offer out of a message that the other end signed.
   *
   * @param leaf our own leaf key, of this stay
   */
  public Taken take(Offer offer, LeafKeyPair leaf, Entropy entropy) {
    checkOpen();
    Hash32 transcript =
        SessionKeys.offered(
            group, other, own, leaf.publicKey(), offer.ephemeral(), offer.encapsulation());
    if (answered != null && answered.offer.equals(transcript)) {
      return new Taken.Reply(answered.answer);
    }
    if (pastOffers.contains(transcript)) {
      return new Taken.Known();
    }
    if (!(LeafKey.decode(offer.ephemeral()) instanceof Decoded.Ok<LeafKey> ephemeral)) {
      return new Taken.Refused();
    }
    try (SessionKeys.Early early =
        new SessionKeys.Early(leaf.decapsulate(offer.encapsulation()), transcript)) {
      if (!isEqual(early.proof(), offer.proof())) {
        return new Taken.Refused();
      }
      remember(transcript);
      if (own.compareTo(other) > 0) {
        withdraw();
      }
      return new Taken.Reply(answer(early, ephemeral.value(), entropy));
    }
  }

  private Answer answer(SessionKeys.Early early, LeafKey ephemeral, Entropy entropy) {
    LeafKey.Encapsulated fresh = ephemeral.encapsulate(entropy);
    try (SessionKeys.Full full = early.with(fresh.secret(), fresh.encapsulation())) {
      Answer answer = new Answer(fresh.encapsulation(), full.confirmation());
      replaceAnswered();
      answered =
          new Answered(
              early.offered,
              answer,
              new ReceiveChain(early.halfOpenChain()),
              new Channel(
                  new SendChain(full.answererChain()), new ReceiveChain(full.offererChain())));
      return answer;
    }
  }

  /**
   * True if it settles our Offer. An Answer to nothing, a second one or a forgery changes nothing.
   */
  public boolean take(Answer answer) {
    checkOpen();
    Offered mine = offered;
    if (mine == null) {
      return false;
    }
    try (SessionKeys.Full full =
        mine.early.with(
            mine.ephemeral.decapsulate(answer.encapsulation()), answer.encapsulation())) {
      if (!isEqual(full.confirmation(), answer.confirmation())) {
        return false;
      }
      settle(
          new Channel(new SendChain(full.offererChain()), new ReceiveChain(full.answererChain())));
    }
    withdraw();
    replaceAnswered();
    return true;
  }

  /** What their newer Offer, or our settled one, puts aside. */
  private void replaceAnswered() {
    if (answered != null) {
      answered.channel.send.close();
      linger(answered.halfOpen);
      linger(answered.channel.receive);
      answered = null;
    }
  }

  private void settle(Channel channel) {
    if (settled != null) {
      settled.send.close();
      linger(settled.receive);
    }
    settled = channel;
    sealsSinceChange = 0;
  }

  private void remember(Hash32 offer) {
    if (pastOffers.size() == REMEMBERED_OFFERS) {
      pastOffers.removeFirst();
    }
    pastOffers.addLast(offer);
  }

  private void linger(ReceiveChain chain) {
    if (lingering.size() == LINGERING_CHAINS) {
      lingering.removeFirst().close();
    }
    lingering.addLast(chain);
  }

  // ---- opening

  /**
   * Opens a seal of the other end.
   *
   * @param context as given by whoever sealed
   * @param commitment the Rekey's
   */
  public Unwrapped open(Seal seal, Hash32 context, Hash32 commitment) {
    checkOpen();
    return Wrap.checked(openAny(seal, context), commitment);
  }

  private Opening openAny(Seal seal, Hash32 context) {
    if (settled != null && settled.receive.open(seal, context) instanceof Opening.Opened opened) {
      sealsSinceChange++;
      if (sealsSinceChange >= LINGER_SEALS) {
        wipeLingering();
      }
      return opened;
    }
    if (answered != null) {
      if (answered.channel.receive.open(seal, context) instanceof Opening.Opened opened) {
        confirmAnswered(answered);
        return opened;
      }
      if (answered.halfOpen.open(seal, context) instanceof Opening.Opened opened) {
        return opened;
      }
    }
    for (ReceiveChain chain : lingering) {
      if (chain.open(seal, context) instanceof Opening.Opened opened) {
        return opened;
      }
    }
    return new Opening.Failed();
  }

  /** They sealed under the full chain, so they have our Answer. */
  private void confirmAnswered(Answered proved) {
    answered = null;
    linger(proved.halfOpen);
    settle(proved.channel);
    if (!proved.channel.send.isSpent()) {
      withdraw();
    }
  }

  private void wipeLingering() {
    lingering.forEach(ReceiveChain::close);
    lingering.clear();
  }

  /** Wipes all keys. */
  @Override
  public void close() {
    closed = true;
    withdraw();
    if (answered != null) {
      answered.channel.send.close();
      answered.channel.receive.close();
      answered.halfOpen.close();
      answered = null;
    }
    if (settled != null) {
      settled.send.close();
      settled.receive.close();
      settled = null;
    }
    wipeLingering();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(this + ": a closed session is not used");
    }
  }

  private static boolean isEqual(Bytes mine, Bytes theirs) {
    return MessageDigest.isEqual(mine.toArray(), theirs.toArray());
  }

  @Override
  public String toString() {
    String state =
        closed
            ? "closed"
            : settled != null
                ? "settled"
                : answered != null ? "answered" : offered != null ? "offered" : "new";
    return "Session(" + own + " with " + other + ", " + state + ")";
  }
}
