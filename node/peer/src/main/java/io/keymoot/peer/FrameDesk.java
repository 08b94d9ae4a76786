package io.keymoot.peer;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.VerifyKey;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.frame.FrameOpener;
import io.keymoot.flatkeying.frame.FrameSealer;
import io.keymoot.flatkeying.frame.FrameSink;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.KeyRing;
import io.keymoot.flatkeying.frame.KeysAtHand;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.frame.SFrameSuite;
import io.keymoot.flatkeying.frame.Sealing;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the two worlds meet: the loop turns a peer's effects into keys of the ring here, and
 * threads that seal and open frames use the ring without asking the loop.
 */
public final class FrameDesk implements AutoCloseable {
  /** The desk was closed while a frame was being sealed: nothing came of it. */
  public static final class Closed extends RuntimeException {
    Closed() {
      super("closed while a frame was being signed");
    }
  }

  private static final SFrameSuite SUITE = SFrameSuite.AES_256_GCM_SHA512_128;

  private final KeyRing ring;
  private final FrameOpener opener;
  private final Peer peer;

  /** Read by threads that open frames; replaced as a whole by the loop. */
  private volatile Map<MemberId, Signer> signers = new TreeMap<>();

  private volatile @Nullable FrameSealer sealer;

  private volatile boolean closed;

  public FrameDesk(Peer peer) {
    this(peer, new KeyRing(peer.keying().group(), SUITE));
  }

  /**
   * @param atHand which keys to open frames with stay at hand, of this desk alone
   */
  public FrameDesk(Peer peer, KeysAtHand atHand) {
    this(peer, new KeyRing(peer.keying().group(), SUITE, atHand));
  }

  private FrameDesk(Peer peer, KeyRing ring) {
    this.peer = peer;
    this.ring = ring;
    this.opener = ring.newOpener(this::isSignedBy);
  }

  private boolean isSignedBy(MemberId member, byte[] message, Bytes signature) {
    Signer signer = signers.get(member);
    return signer != null && signer.holds(message, signature);
  }

  /** What is signed while another thread wipes the key may be signed with anything. */
  private Bytes sign(byte[] message) {
    try {
      Bytes signature = peer.keying().signFrame(message);
      if (!closed) {
        return signature;
      }
    } catch (RuntimeException wiped) {
      if (!closed) {
        throw wiped;
      }
    }
    throw new Closed();
  }

  /** A member's key, made ready when the first signed frame comes: most of a crowd never speak. */
  private static final class Signer {
    private final Bytes spki;
    private volatile @Nullable VerifyKey ready;

    /** Since when it was seen to be out; of the loop's thread alone. */
    private @Nullable Tick goneSince;

    Signer(Bytes spki) {
      this.spki = spki;
    }

    boolean holds(byte[] message, Bytes signature) {
      VerifyKey key = ready;
      if (key == null) {
        // It was read before: the member's facts were verified by it.
        key = VerifyKey.parse(spki).orThrow();
        ready = key;
      }
      return key.verify(message, signature);
    }
  }

  // ---- the loop's side

  /** Performs what concerns frames; false for any other effect. */
  public boolean perform(Tick now, PeerEffect effect) {
    switch (effect) {
      case PeerEffect.BeginStay begin -> sealer = ring.beginStay(begin.self(), this::sign);
      case PeerEffect.Admit admit -> {
        Map<MemberId, Signer> next = new TreeMap<>(signers);
        for (PeerEffect.Sender sender : admit.senders()) {
          next.put(sender.frames().member(), new Signer(sender.key()));
        }
        signers = next;
        ring.admit(admit.senders().stream().map(PeerEffect.Sender::frames).toList());
      }
      case PeerEffect.EndStay end ->
          ring.end(
              end.stay(), end.atOnce() ? now : now.plusMillis(PeerLimits.AFTER_LEAVING_MILLIS));
      case PeerEffect.Install install -> ring.install(install.key());
      case PeerEffect.Activate activate -> {
        if (!ring.activate(activate.epoch(), activate.revision())) {
          ring.holdBack();
        }
      }
      case PeerEffect.HoldBack hold -> ring.holdBack();
      case PeerEffect.LeaveBehind left -> ring.leaveBehind(left.epoch(), now);
      case PeerEffect.Retire retire -> {
        ring.retire(retire.epoch(), retire.revision());
        retire.wipe().run();
      }
      case PeerEffect.Beat other -> {
        return false;
      }
      case PeerEffect.Multicast other -> {
        return false;
      }
      case PeerEffect.Unicast other -> {
        return false;
      }
      case PeerEffect.Approvals other -> {
        return false;
      }
      case PeerEffect.VouchedBy other -> {
        return false;
      }
      case PeerEffect.PolicyWaits other -> {
        return false;
      }
      case PeerEffect.PolicyDecided other -> {
        return false;
      }
      case PeerEffect.PolicyFaults other -> {
        return false;
      }
      case PeerEffect.InvitesAre other -> {
        return false;
      }
      case PeerEffect.RenewalIs other -> {
        return false;
      }
      case PeerEffect.Status other -> {
        return false;
      }
      case PeerEffect.RosterChanged other -> {
        return false;
      }
      case PeerEffect.Rekeyed other -> {
        return false;
      }
      case PeerEffect.Resealed other -> {
        return false;
      }
      case PeerEffect.Refused other -> {
        return false;
      }
      case PeerEffect.RosterIs other -> {
        return false;
      }
      case PeerEffect.RosterDisagrees other -> {
        return false;
      }
      case PeerEffect.KeyHolderPassed other -> {
        return false;
      }
      case PeerEffect.OtherVersion other -> {
        return false;
      }
      case PeerEffect.Ignored other -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Nothing is sealed or opened any more, and the keys of frames are wiped; the peer may be closed
   * then. On the loop's thread, or when there is none any more.
   */
  @Override
  public void close() {
    closed = true;
    ring.close();
  }

  // ---- the frames' side

  public KeyRing ring() {
    return ring;
  }

  /** This stay's sealer; none before a stay has begun. */
  public Optional<FrameSealer> sealer() {
    return Optional.ofNullable(sealer);
  }

  public FrameOpener opener() {
    return opener;
  }

  /** Forgets senders that are gone; on the loop's thread, now and then. */
  public void tidy(Tick now) {
    ring.tidy(now);
    Map<MemberId, Signer> kept = new TreeMap<>(signers);
    kept.entrySet().removeIf(each -> isLongGone(each.getKey(), each.getValue(), now));
    if (kept.size() < signers.size()) {
      signers = kept;
    }
  }

  /** What was sealed before it left may still come. */
  private boolean isLongGone(MemberId member, Signer signer, Tick now) {
    if (peer.keying().state().isMember(member)) {
      signer.goneSince = null;
      return false;
    }
    Tick since = signer.goneSince;
    if (since == null) {
      signer.goneSince = now;
      return false;
    }
    return now.millisSince(since) > PeerLimits.AFTER_LEAVING_MILLIS;
  }

  /** Of how many members signed frames can be told to be theirs. */
  int signers() {
    return signers.size();
  }

  /** One frame, or none while no key may be sent under. */
  public Optional<Bytes> seal(Tick now, FrameStream stream, Bytes plaintext) {
    FrameSealer current = sealer;
    if (current == null) {
      return Optional.empty();
    }
    byte[] in = plaintext.toArray();
    byte[] frame = new byte[in.length + FrameSealer.MAX_OVERHEAD];
    return current.seal(now, stream, in, 0, in.length, frame, 0) instanceof Sealing.Sealed sealed
        ? Optional.of(Bytes.of(frame, 0, sealed.length()))
        : Optional.empty();
  }

  /** Frames that came before their key: to be called now and then by the thread that opens. */
  public void drain(Tick now, FrameSink sink) {
    if (opener.isAnythingWaiting()) {
      opener.drain(now, sink);
    }
  }

  /** What came of opening a frame, with its plaintext if it opened. */
  public record Opened(Opening opening, Bytes plaintext) {}

  /**
   * @param source a number that tells the transport's sources apart
   */
  public Opened open(Tick now, long source, Bytes frame) {
    byte[] in = frame.toArray();
    byte[] out = new byte[in.length];
    Opening opening = opener.open(now, source, in, 0, in.length, out, 0);
    Bytes plaintext =
        opening instanceof Opening.Opened opened ? Bytes.of(out, 0, opened.length()) : Bytes.EMPTY;
    Arrays.fill(out, (byte) 0);
    return new Opened(opening, plaintext);
  }
}
