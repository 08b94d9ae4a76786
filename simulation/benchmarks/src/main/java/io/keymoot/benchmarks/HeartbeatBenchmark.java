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
import java.util.List;
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
  private static final int BEATS = 2_048;
  private static final Address ANNA = new Address(Bytes.fromHex("a0"));
  private static final Address BEN = new Address(Bytes.fromHex("b0"));

  private final Random random = new Random(5);
  private Peer anna;
  private Tick now = Tick.ZERO;
  private final List<Bytes> hints = new ArrayList<>();
  private final List<Bytes> signed = new ArrayList<>();
  private int next;

  @Setup
  public void meet() {
    anna =
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
            shared());
    anna.step(now, new PeerInput.Start(new WallTime(0)));
    anna.step(now, new PeerInput.ReachedAt(ANNA));
    Peer ben =
        Peer.join(
            anna.keying().group(),
            key(),
            Credential.SELF_MADE.encode(),
            policy(),
            entropy(),
            shared());
    ben.step(now, new PeerInput.Start(new WallTime(0)));
    ben.step(now, new PeerInput.ReachedAt(BEN));
    while (now.millis() < 30_000) {
      pass(ben);
    }
    if (!ben.keying().isMember() || ben.keying().sendingEpoch().isEmpty()) {
      throw new IllegalStateException("ben did not come in");
    }
    while (hints.size() < BEATS || signed.size() < BEATS) {
      for (Bytes beat : pass(ben)) {
        boolean isSigned = HeartbeatCodec.decode(beat).orThrow().beat().signed();
        (isSigned ? signed : hints).add(beat);
      }
    }
  }

  private record Letter(Peer to, Address from, Bytes message) {}

  /** A tenth of a second, with all that follows from it; answers ben's heartbeats. */
  private List<Bytes> pass(Peer ben) {
    now = now.plusMillis(100);
    List<Bytes> beats = new ArrayList<>();
    Deque<Letter> post = new ArrayDeque<>();
    carry(ben.step(now, new PeerInput.Wake()), anna, BEN, post, beats);
    carry(anna.step(now, new PeerInput.Wake()), ben, ANNA, post, new ArrayList<>());
    for (Letter each = post.poll(); each != null; each = post.poll()) {
      List<PeerEffect> did = each.to.step(now, new PeerInput.Received(each.from, each.message));
      boolean isBen = each.to == ben;
      carry(did, isBen ? anna : ben, isBen ? BEN : ANNA, post, isBen ? beats : new ArrayList<>());
    }
    return beats;
  }

  private static void carry(
      List<PeerEffect> effects, Peer to, Address from, Deque<Letter> post, List<Bytes> beats) {
    for (PeerEffect each : effects) {
      switch (each) {
        case PeerEffect.Beat beat -> {
          beats.add(beat.message());
          post.add(new Letter(to, from, beat.message()));
        }
        case PeerEffect.Multicast multicast -> post.add(new Letter(to, from, multicast.message()));
        case PeerEffect.Unicast unicast -> post.add(new Letter(to, from, unicast.message()));
        default -> {} // what is for people and the key ring
      }
    }
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

  /** Nothing new, and not signed: parsed, its MAC checked, noted. */
  @Benchmark
  public List<PeerEffect> hint() {
    return anna.step(now, new PeerInput.Received(BEN, nextOf(hints)));
  }

  /** The same bytes as another peer of the process heard a moment ago. */
  @Benchmark
  public List<PeerEffect> hintThatAnotherPeerOfTheProcessHeard() {
    return anna.step(now, new PeerInput.Received(BEN, hints.get(0)));
  }

  /** Every second one is signed; each signature is checked once and remembered. */
  @Benchmark
  public List<PeerEffect> signedCheckedBefore() {
    return anna.step(now, new PeerInput.Received(BEN, nextOf(signed)));
  }
}
