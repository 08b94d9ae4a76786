package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.Opening.Opened;
import io.keymoot.flatkeying.frame.Opening.Vouched;
import io.keymoot.flatkeying.frame.Sealing.Sealed;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.TestInfo;

/** A group's people, keys and devices, with real keys from a seed. */
final class Cast {
  static final byte[] NO_METADATA = {};
  static final Tick START = new Tick(1_000_000);

  final GroupId group;
  private final SFrameSuite suite;
  private final Random random;
  private final Map<MemberId, Ed25519PublicKeyParameters> publicKeys = new TreeMap<>();

  /**
   * Seeded by the test's name: two casts alike in one JVM would seal alike, and the platform's GCM
   * notices when a thread is given one key and nonce twice in a row.
   */
  Cast(TestInfo test) {
    this(test.getTestClass() + test.getDisplayName());
  }

  private Cast(String name) {
    this(name.hashCode());
  }

  Cast(long seed) {
    this(seed, SFrameSuite.AES_256_GCM_SHA512_128);
  }

  Cast(long seed, SFrameSuite suite) {
    this.random = new Random(seed);
    this.suite = suite;
    this.group = new GroupId(hash());
  }

  Hash32 hash() {
    return Hash32.of(bytes(32));
  }

  byte[] bytes(int length) {
    byte[] fresh = new byte[length];
    random.nextBytes(fresh);
    return fresh;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  // ---- people

  final class Person {
    final Ed25519PrivateKeyParameters key = new Ed25519PrivateKeyParameters(bytes(32), 0);
    final MemberId member = new MemberId(hash());
    FrameSender self = new FrameSender(new StayId(hash()), member);

    Person() {
      publicKeys.put(member, key.generatePublicKey());
    }

    Bytes sign(byte[] message) {
      Ed25519Signer signer = new Ed25519Signer();
      signer.init(true, key);
      signer.update(message, 0, message.length);
      return Bytes.owning(signer.generateSignature());
    }

    /** A Here: a new stay of the same member. */
    FrameSender beginsAnotherStay() {
      self = new FrameSender(new StayId(hash()), member);
      return self;
    }
  }

  boolean verify(MemberId member, byte[] message, Bytes signature) {
    Ed25519PublicKeyParameters key = publicKeys.get(member);
    if (key == null) {
      return false;
    }
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, key);
    verifier.update(message, 0, message.length);
    return verifier.verifySignature(signature.toArray());
  }

  // ---- the group's keys

  Epoch epoch() {
    return new Epoch(new FactId(hash()), 0, bytes(32));
  }

  /** A key of the group, derived as section 6 says but for the labels' group. */
  static final class Epoch implements FrameEpoch {
    final FactId id;
    final int revision;
    final byte[] tek;
    int prefix;
    volatile boolean erased;

    Epoch(FactId id, int revision, byte[] tek) {
      this.id = id;
      this.revision = revision;
      this.tek = tek;
      this.prefix = (int) (derive(tek, "kid", new byte[0]).a() >>> 32);
    }

    Epoch stepped() {
      return new Epoch(id, revision + 1, derive(tek, "step", new byte[0]).toArray());
    }

    @Override
    public FactId epoch() {
      return id;
    }

    @Override
    public int revision() {
      return revision;
    }

    @Override
    public int kidPrefix() {
      return prefix;
    }

    byte[] baseKey(StayId sender) {
      return derive(tek, "frames", sender.hash().toArray()).toArray();
    }

    @Override
    public Optional<FrameSecret> secretFor(StayId sender) {
      return erased ? Optional.empty() : Optional.of(FrameSecret.owning(baseKey(sender), sender));
    }

    private static Hash32 derive(byte[] key, String label, byte[] context) {
      return Hash32.sha256(key, label.getBytes(StandardCharsets.US_ASCII), context);
    }
  }

  // ---- devices

  /** One device: a ring, an opener, and a sealer for the stay it is in. */
  final class Device {
    final Person owner;
    final KeyRing ring = new KeyRing(group, suite);
    final FrameOpener opener = ring.newOpener(Cast.this::verify);
    FrameSealer sealer;
    final List<Delivery> delivered = new ArrayList<>();
    final List<Vouched> vouched = new ArrayList<>();

    Device(Person owner) {
      this.owner = owner;
      this.sealer = ring.beginStay(owner.self, owner::sign);
    }

    Device knows(Person... people) {
      ring.admit(Arrays.stream(people).map(each -> each.self).toList());
      return this;
    }

    Device holds(FrameEpoch... epochs) {
      for (FrameEpoch epoch : epochs) {
        ring.install(epoch);
      }
      return this;
    }

    Device sendsUnder(FrameEpoch epoch) {
      holds(epoch);
      if (!ring.activate(epoch.epoch(), epoch.revision())) {
        throw new IllegalStateException("not activated");
      }
      return this;
    }

    byte[] seals(FrameStream stream, String text) {
      return seals(START, stream, text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] seals(Tick now, FrameStream stream, byte[] text) {
      byte[] out = new byte[text.length + FrameSealer.MAX_OVERHEAD];
      Sealing sealing = sealer.seal(now, stream, text, 0, text.length, out, 0);
      if (sealing instanceof Sealed sealed) {
        return Arrays.copyOf(out, sealed.length());
      }
      throw new IllegalStateException("not sealed: " + sealing);
    }

    Optional<byte[]> voucher(Tick now) {
      byte[] out = new byte[FrameSealer.MAX_VOUCHER];
      return sealer.nextVoucher(now, out, 0) instanceof Sealed sealed
          ? Optional.of(Arrays.copyOf(out, sealed.length()))
          : Optional.empty();
    }

    Opening opens(byte[] frame) {
      return opens(START, frame);
    }

    Opening opens(Tick now, byte[] frame) {
      return opens(now, 1, frame);
    }

    Opening opens(Tick now, long source, byte[] frame) {
      byte[] out = new byte[frame.length];
      Opening opening = opener.open(now, source, frame, 0, frame.length, out, 0);
      if (opening instanceof Opened opened) {
        delivered.add(
            new Delivery(opened, new String(out, 0, opened.length(), StandardCharsets.UTF_8)));
      }
      return opening;
    }

    void drains(Tick now) {
      opener.drain(
          now,
          new FrameSink() {
            @Override
            public void opened(Opened frame, byte[] plaintext, int at) {
              delivered.add(
                  new Delivery(
                      frame, new String(plaintext, at, frame.length(), StandardCharsets.UTF_8)));
            }

            @Override
            public void vouched(Vouched each) {
              vouched.add(each);
            }
          });
    }

    List<String> texts() {
      return delivered.stream().map(Delivery::text).toList();
    }
  }

  record Delivery(Opened frame, String text) {}
}
