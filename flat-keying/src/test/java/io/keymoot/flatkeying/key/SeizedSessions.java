package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.Aead;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.Opening;
import io.keymoot.flatkeying.crypto.Remembered;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the sessions of one device give to whoever has all its randomness and all that crossed the
 * network: every chain it receives on, from its first key, with nothing wiped.
 */
public final class SeizedSessions {
  private static final int FARTHEST = 64;
  private static final int MARK_BYTES = 32;

  private final GroupId group;
  private final List<Begun> begun = new ArrayList<>();
  private final List<Chain> chains = new ArrayList<>();

  public SeizedSessions(GroupId group) {
    this.group = group;
  }

  /** All that is known by now; what either learns later it learns alone. */
  public SeizedSessions copied() {
    SeizedSessions copy = new SeizedSessions(group);
    copy.begun.addAll(begun);
    chains.forEach(chain -> copy.chains.add(chain.copied()));
    return copy;
  }

  /** A handshake that the device is one end of. */
  private record Begun(
      StayId offerer,
      StayId answerer,
      Handshake.Offer offer,
      SessionKeys.Early early,
      Optional<LeafKeyPair> ephemeral) {}

  /** Keys of a receiving chain, in order, as far as they were needed. */
  private static final class Chain {
    private final List<byte[]> keys = new ArrayList<>();

    Chain(byte[] first) {
      keys.add(first);
    }

    Chain copied() {
      Chain copy = new Chain(keys.get(0));
      copy.keys.addAll(keys.subList(1, keys.size()));
      return copy;
    }

    Optional<EpochSecret> open(Seal seal, Hash32 context, Hash32 commitment) {
      if (seal.position() > FARTHEST) {
        return Optional.empty();
      }
      while (keys.size() <= seal.position()) {
        keys.add(SendChain.stepped(keys.get(keys.size() - 1).clone()));
      }
      byte[] once = SendChain.sealKey(keys.get(seal.position()));
      Opening opening = Aead.openOnce(once, context.toArray(), seal.sealed().toArray());
      return Wrap.checked(opening, commitment) instanceof Unwrapped.Opened opened
          ? Optional.of(opened.secret())
          : Optional.empty();
    }
  }

  /** Somebody offered to this device, if the offer is for this leaf key and these stays. */
  public boolean received(Handshake.Offer offer, StayId from, StayId to, LeafKeyPair leaf) {
    Hash32 transcript =
        SessionKeys.offered(
            group, from, to, leaf.publicKey(), offer.ephemeral(), offer.encapsulation());
    SessionKeys.Early early =
        new SessionKeys.Early(leaf.decapsulate(offer.encapsulation()), transcript);
    if (!early.proof().equals(offer.proof())) {
      return false;
    }
    begun.add(new Begun(from, to, offer, early, Optional.empty()));
    chains.add(new Chain(early.halfOpenChain()));
    return true;
  }

  /**
   * This device offered.
   *
   * @param seed of the encapsulation to the other's leaf key
   */
  public boolean made(
      Handshake.Offer offer,
      StayId from,
      StayId to,
      LeafKey leaf,
      byte[] seed,
      LeafKeyPair ephemeral) {
    if (Remembered.isForAnother(leaf, offer.encapsulation())) {
      return false;
    }
    LeafKey.Encapsulated toLeaf = encapsulated(leaf, seed, offer.encapsulation());
    if (!toLeaf.encapsulation().equals(offer.encapsulation())) {
      return false;
    }
    Hash32 transcript =
        SessionKeys.offered(group, from, to, leaf, offer.ephemeral(), offer.encapsulation());
    SessionKeys.Early early = new SessionKeys.Early(toLeaf.secret(), transcript);
    begun.add(new Begun(from, to, offer, early, Optional.of(ephemeral)));
    return early.proof().equals(offer.proof());
  }

  /** This device, or the other end of a session with it, answered. */
  public void answered(
      Handshake.Answer answer, StayId from, StayId to, Optional<byte[]> seedOfEncapsulation) {
    for (Begun each : begun) {
      if (!each.offerer.equals(to) || !each.answerer.equals(from)) {
        continue;
      }
      if (each.ephemeral.isPresent()) {
        SessionKeys.Full full =
            each.early.with(
                each.ephemeral.get().decapsulate(answer.encapsulation()), answer.encapsulation());
        if (full.confirmation().equals(answer.confirmation())) {
          chains.add(new Chain(full.answererChain()));
        }
      } else if (seedOfEncapsulation.isPresent()
          && LeafKey.decode(each.offer.ephemeral()) instanceof Decoded.Ok<LeafKey> ephemeral) {
        LeafKey.Encapsulated fresh =
            encapsulated(ephemeral.value(), seedOfEncapsulation.get(), answer.encapsulation());
        SessionKeys.Full full = each.early.with(fresh.secret(), fresh.encapsulation());
        if (full.confirmation().equals(answer.confirmation())) {
          chains.add(new Chain(full.offererChain()));
        }
      }
    }
  }

  /** What this seed, which by its mark made {@code seen}, gives to this key. */
  private static LeafKey.Encapsulated encapsulated(LeafKey to, byte[] seed, Bytes seen) {
    return Remembered.madeFor(to, seen)
        .map(secret -> new LeafKey.Encapsulated(seen, secret))
        .orElseGet(() -> to.encapsulate(replay(seed)));
  }

  /** Tries every key there is. */
  public Optional<EpochSecret> open(Seal seal, Hash32 context, Hash32 commitment) {
    for (Chain chain : chains) {
      Optional<EpochSecret> secret = chain.open(seal, context, commitment);
      if (secret.isPresent()) {
        return secret;
      }
    }
    return Optional.empty();
  }

  public static Entropy replay(byte[] draw) {
    return target -> System.arraycopy(draw, 0, target, 0, target.length);
  }

  /** The last bytes of what encapsulating with this seed gives, to any key: tells which seed. */
  public static Bytes mark(byte[] seed) {
    byte[] point = new byte[MARK_BYTES];
    org.bouncycastle.math.ec.rfc7748.X25519.scalarMultBase(seed, 32, point, 0);
    return Bytes.owning(point);
  }

  /** The same of an encapsulation. */
  public static Bytes markOf(Bytes encapsulation) {
    return encapsulation.slice(encapsulation.length() - MARK_BYTES, MARK_BYTES);
  }
}
