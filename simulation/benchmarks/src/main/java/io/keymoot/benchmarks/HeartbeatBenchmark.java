package io.keymoot.benchmarks;

import io.keymoot.admission.AdmissionPolicy;
import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.HeartbeatCodec;
import io.keymoot.heartbeat.Rosters;
import io.keymoot.peer.Address;
import io.keymoot.peer.Peer;
import io.keymoot.peer.PeerEffect;
import io.keymoot.peer.PeerInput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a heartbeat costs the real peer that hears it, from its bytes to the end of the step. The
 * beats are those that another real peer made while nothing happened.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls the setup before all else.
public class HeartbeatBenchmark {
  /** As many come in some twenty minutes; after an hour there would be another epoch. */
  static final int BEATS = 1_024;

  private static final Address ANNA = new Address(Bytes.fromHex("a0"));
  private static final Address BEN = new Address(Bytes.fromHex("b0"));
  private static final Address CLEO = new Address(Bytes.fromHex("c0"));

  private final Random random = new Random(5);
  private final Map<Address, Peer> peers = new LinkedHashMap<>();
  private Tick now = Tick.ZERO;
  private final List<Bytes> hints = new ArrayList<>();

  /** For each hint the last signed beat before it: hints count on from there. */
  private final List<Bytes> signedBefore = new ArrayList<>();

  private final List<Bytes> signed = new ArrayList<>();
  private int next;

  @Setup
  public void meet() {
    // Anna and cleo are of one process, ben of another.
    Peer.Shared process = shared();
    Peer anna =
        Peer.found(
            new FlatKeying.Founding(
                "beats",
                Profile.CONFERENCE,
                new Rights(new Rights.AnyMember(), Optional.empty(), 2),
                Trust.OPEN),
            key(),
            Credential.SELF_MADE.encode(),
            policy(),
            entropy(),
            process);
    start(ANNA, anna);
    start(BEN, newcomer(anna, shared()));
    start(CLEO, newcomer(anna, process));
    while (now.millis() < 30_000) {
      now = now.plusMillis(100);
      Deque<Letter> post = new ArrayDeque<>();
      peers.forEach((at, peer) -> carry(at, peer.step(now, new PeerInput.Wake()), post));
      for (Letter each = post.poll(); each != null; each = post.poll()) {
        Peer to = Objects.requireNonNull(peers.get(each.to));
        carry(each.to, to.step(now, new PeerInput.Received(each.from, each.message)), post);
      }
    }
    for (Peer each : peers.values()) {
      if (each.keying().state().memberCount() != 3 || each.keying().sendingEpoch().isEmpty()) {
        throw new IllegalStateException("not everybody came in");
      }
    }
    // What ben says from now on nobody has heard before.
    Peer ben = Objects.requireNonNull(peers.get(BEN));
    for (Tick at = now; hints.size() < BEATS; at = at.plusMillis(100)) {
      for (PeerEffect each : ben.step(at, new PeerInput.Wake())) {
        if (each instanceof PeerEffect.Beat beat) {
          boolean isSigned = HeartbeatCodec.decode(beat.message()).orThrow().beat().signed();
          if (isSigned) {
            signed.add(beat.message());
          } else if (!signed.isEmpty()) {
            hints.add(beat.message());
            signedBefore.add(signed.get(signed.size() - 1));
          }
        }
      }
    }
  }

  private Peer newcomer(Peer founder, Peer.Shared shared) {
    return Peer.join(
        founder.keying().group(),
        key(),
        Credential.SELF_MADE.encode(),
        policy(),
        entropy(),
        shared);
  }

  private void start(Address at, Peer peer) {
    peer.step(now, new PeerInput.Start(new WallTime(0)));
    peer.step(now, new PeerInput.ReachedAt(at));
    peers.put(at, peer);
  }

  private record Letter(Address to, Address from, Bytes message) {}

  private void carry(Address from, List<PeerEffect> effects, Deque<Letter> post) {
    for (PeerEffect each : effects) {
      switch (each) {
        case PeerEffect.Beat beat -> toAll(from, beat.message(), post);
        case PeerEffect.Multicast multicast -> toAll(from, multicast.message(), post);
        case PeerEffect.Unicast unicast ->
            post.add(new Letter(unicast.to(), from, unicast.message()));
        default -> {} // what is for people and the key ring
      }
    }
  }

  private void toAll(Address from, Bytes message, Deque<Letter> post) {
    for (Address to : peers.keySet()) {
      if (!to.equals(from)) {
        post.add(new Letter(to, from, message));
      }
    }
  }

  /** The same beats for a peer that has not heard them yet. */
  List<Bytes> hints() {
    return hints;
  }

  Bytes signedBefore(int hint) {
    return signedBefore.get(hint);
  }

  List<Bytes> signed() {
    return signed;
  }

  List<PeerEffect> annaHears(Bytes beat) {
    return hears(ANNA, beat);
  }

  /** Cleo shares with anna what does not depend on who asks. */
  List<PeerEffect> cleoHears(Bytes beat) {
    return hears(CLEO, beat);
  }

  private List<PeerEffect> hears(Address at, Bytes beat) {
    Peer peer = Objects.requireNonNull(peers.get(at));
    return peer.step(now, new PeerInput.Received(BEN, beat));
  }

  private static AdmissionPolicy policy() {
    String open =
        "version: 1\nadmit: anybody\nexpel: nobody\nfounder: anybody\nintroducer: anybody\n";
    if (PolicyFile.parse(open) instanceof PolicyFile.Parsed.Good good) {
      return new AdmissionPolicy(good.rules());
    }
    throw new IllegalStateException("the policy has errors");
  }

  private static Peer.Shared shared() {
    return new Peer.Shared(
        FlatKeying.Shared.of(new CredentialChecker(), new FactVerifier(new VerifiedOnce())),
        new Rosters());
  }

  private SigningKey key() {
    return SigningKey.generate(SignatureKind.ED25519, entropy());
  }

  private Entropy entropy() {
    Random own = new Random(random.nextLong());
    return own::nextBytes;
  }

  private Bytes nextOf(List<Bytes> beats) {
    next = (next + 1) % beats.size();
    return beats.get(next);
  }

  /**
   * Nothing new, and not signed: parsed, its MAC checked, noted. After the first round they are old
   * ones, which is found out after the check; {@link HeartbeatFigures} hears each once.
   */
  @Benchmark
  public List<PeerEffect> hint() {
    return annaHears(nextOf(hints));
  }

  /** The same bytes as another peer of the process heard a moment ago. */
  @Benchmark
  public List<PeerEffect> hintThatAnotherPeerOfTheProcessHeard() {
    return cleoHears(hints.get(0));
  }

  /** Every second one is signed; each signature is checked once and remembered. */
  @Benchmark
  public List<PeerEffect> signedCheckedBefore() {
    return annaHears(nextOf(signed));
  }
}
