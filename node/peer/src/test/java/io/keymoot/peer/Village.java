package io.keymoot.peer;

import io.keymoot.admission.AdmissionPolicy;
import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.authority.Authority;
import io.keymoot.admission.authority.CertificateRequest;
import io.keymoot.admission.certificate.AlternativeNames;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.heartbeat.HeartbeatContent;
import io.keymoot.heartbeat.Rosters;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Some real peers with real certificates and policies, on a network that delays and loses. */
final class Village {
  static final WallTime TODAY = new WallTime(1_800_000_000L);
  static final Rights ANYBODY_ADMITS_CHAIR_EXPELS =
      new Rights(new Rights.AnyMember(), Optional.of("chair"), 2);
  static final String OPEN =
      """
      version: 1
      admit: anybody
      expel: nobody
      founder: anybody
      introducer: anybody
      """;

  private static final FrameStream WORDS = FrameStream.of(Authentication.SIGNED, 0);
  private static final long DAY = 86_400;

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** A key and what vouches for it. */
  record Device(String name, SigningKey key, Bytes credential) {
    Fingerprint fingerprint() {
      return new Fingerprint(Hash32.sha256(key.spki().toArray()));
    }
  }

  /** Whether the network brings this from one to the other. */
  interface Wire {
    boolean carries(Resident from, Resident to, Bytes message);
  }

  /** One peer with its frames, and all it ever did. */
  final class Resident {
    final Device device;
    final Peer peer;
    final List<PeerEffect> log = new ArrayList<>();
    final FrameDesk frames;
    final Address address;
    private long woken = Long.MAX_VALUE;
    boolean isDown;

    Resident(Device device, Peer peer) {
      this.device = device;
      this.peer = peer;
      this.frames = new FrameDesk(peer);
      this.address = new Address(Bytes.owning(device.name.getBytes(StandardCharsets.UTF_8)));
    }

    /** The counter of the last heartbeat that this one believed; 0 before there was one. */
    long heard(Resident whom) {
      return peer.heartbeat()
          .orElseThrow()
          .said(whom.id())
          .map(HeartbeatContent::counter)
          .orElse(0L);
    }

    List<PeerEffect> step(PeerInput input) {
      if (isDown) {
        return List.of();
      }
      Tick tick = new Tick(now);
      List<PeerEffect> effects = peer.step(tick, input);
      watch.accept(effects);
      log.addAll(effects);
      for (PeerEffect effect : effects) {
        if (!frames.perform(tick, effect)) {
          send(effect);
        }
      }
      long due = peer.nextDeadline().map(Tick::millis).orElse(Long.MAX_VALUE);
      if (due < woken) {
        woken = due;
        at(
            due,
            () -> {
              woken = Long.MAX_VALUE;
              step(new PeerInput.Wake());
            });
      }
      return effects;
    }

    private void send(PeerEffect effect) {
      switch (effect) {
        case PeerEffect.Beat beat -> toAll(this, beat.message());
        case PeerEffect.Multicast multicast -> toAll(this, multicast.message());
        case PeerEffect.Unicast unicast -> toOne(this, unicast.to(), unicast.message());
        default -> {}
      }
    }

    MemberId id() {
      return peer.keying().self();
    }

    boolean isIn() {
      return !isDown && peer.keying().isMember();
    }

    PeerView view() {
      return peer.view(new Tick(now));
    }

    <E extends PeerEffect> List<E> did(Class<E> kind) {
      return log.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** What the policy decided last. */
    PeerEffect.PolicyDecided decision() {
      return did(PeerEffect.PolicyDecided.class).getLast();
    }

    Pending onlyQuestion() {
      List<Pending> waiting = view().waiting();
      if (waiting.size() != 1) {
        throw new AssertionError("not one question: " + waiting);
      }
      return waiting.get(0);
    }

    Optional<Bytes> seal(String words) {
      return frames.seal(
          new Tick(now), WORDS, Bytes.owning(words.getBytes(StandardCharsets.UTF_8)));
    }

    boolean reads(Bytes frame, String words) {
      FrameDesk.Opened opened = frames.open(new Tick(now), 1, frame);
      return opened.opening() instanceof Opening.Opened
          && words.equals(new String(opened.plaintext().toArray(), StandardCharsets.UTF_8));
    }
  }

  final Map<String, Resident> residents = new LinkedHashMap<>();
  final Random random;
  final Authority root;
  final Authority site;
  long now;
  int lossPercent;

  /** As in a process of many peers: what one fetched all have. */
  boolean sharesBlobs;

  private FlatKeying.@Nullable Shared common;
  Consumer<List<PeerEffect>> watch = effects -> {};
  Wire wire = (from, to, message) -> true;

  /** Of the group to be founded. */
  Profile profile = Profile.CONFERENCE;

  private final FactVerifier verifier = new FactVerifier(new VerifiedOnce());
  final Rosters rosters = new Rosters();
  private final Identities identities = new Identities();
  private final BeatsRead beats = new BeatsRead();
  private final Lore lore = Lore.shared();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long order;

  Village(long seed) {
    random = new Random(seed);
    Authority.Validity decade =
        new Authority.Validity(TODAY.plusSeconds(-DAY), TODAY.plusSeconds(3_650 * DAY));
    root =
        Authority.root(
            Optional.of("Example"), "Example root", decade, SignatureKind.ED25519, entropy());
    site =
        root.site(
            new Authority.SiteTerms("Ward 3", decade, List.of("*"), List.of()),
            SignatureKind.ED25519,
            entropy());
  }

  Entropy entropy() {
    Random own = new Random(random.nextLong());
    return own::nextBytes;
  }

  // ---- devices

  Device device(String name, String... roles) {
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, entropy());
    return new Device(name, key, certify(name, key, 30, roles));
  }

  Device uncertified(String name) {
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, entropy());
    return new Device(name, key, Credential.SELF_MADE.encode());
  }

  /** A certificate for so many days. */
  Bytes certify(String name, SigningKey key, int days, String... roles) {
    return site.credential(certificate(name, key, days, roles)).encode();
  }

  Certificate certificate(String name, SigningKey key, int days, String... roles) {
    CertificateRequest request =
        CertificateRequest.create(
            key,
            Optional.of("Example"),
            name,
            new AlternativeNames(
                List.of(),
                List.of(),
                List.of("spiffe://example.org/ward/3/" + name),
                List.of(),
                List.of()));
    return site.certify(
        request,
        new Authority.DeviceTerms(
            new Authority.Validity(TODAY.plusSeconds(-DAY), TODAY.plusSeconds(days * DAY)),
            List.of(roles)),
        entropy());
  }

  /** A list of the site's that revokes the device's certificate. */
  Bytes revoking(Device device) {
    Credential shown = Credential.decode(device.credential).orThrow();
    Certificate certificate = Certificate.decode(shown.certificates().get(0)).orThrow();
    SortedMap<BigInteger, WallTime> revoked = new TreeMap<>();
    revoked.put(certificate.serial(), TODAY.plusSeconds(-1));
    return site.revocationList(
        1, new Authority.Validity(TODAY.plusSeconds(-1), TODAY.plusSeconds(DAY)), revoked);
  }

  /** Who is certified by the root may show itself. */
  Trust certified() {
    return new Trust(List.of(root.certificate().der()), List.of(), Optional.empty());
  }

  // ---- people

  static PolicyRules rules(String yaml) {
    return switch (PolicyFile.parse(yaml)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty -> throw new AssertionError(faulty.errors().toString());
    };
  }

  static String policy(String admit, String expel) {
    return "version: 1\nfounder: anybody\nintroducer: anybody\nadmit: "
        + admit
        + "\nexpel: "
        + expel
        + '\n';
  }

  Resident found(Device device, Rights rights, Trust trust, String policy) {
    return start(
        new Resident(
            device,
            Peer.found(
                new FlatKeying.Founding("village", profile, rights, trust),
                device.key,
                device.credential,
                new AdmissionPolicy(rules(policy)),
                entropy(),
                shared())));
  }

  Resident join(Device device, String policy) {
    return start(newcomer(device, policy));
  }

  Resident newcomer(Device device, String policy) {
    GroupId group = residents.values().iterator().next().peer.keying().group();
    return new Resident(
        device,
        Peer.join(
            group,
            device.key,
            device.credential,
            new AdmissionPolicy(rules(policy)),
            entropy(),
            shared()));
  }

  /**
   * Signatures are checked once for all. Each has blobs of its own: what a peer lacks must come
   * over the network.
   */
  private Peer.Shared shared() {
    FlatKeying.Shared own = FlatKeying.Shared.of(new CredentialChecker(), verifier, lore);
    if (common == null) {
      common = own;
    }
    return new Peer.Shared(sharesBlobs ? common : own, rosters, identities, beats);
  }

  Resident start(Resident resident) {
    residents.put(resident.device.name, resident);
    resident.step(new PeerInput.Start(TODAY));
    resident.step(new PeerInput.ReachedAt(resident.address));
    return resident;
  }

  Resident the(String name) {
    Resident resident = residents.get(name);
    if (resident == null) {
      throw new IllegalArgumentException("nobody is called " + name);
    }
    return resident;
  }

  List<Resident> members() {
    return residents.values().stream().filter(Resident::isIn).toList();
  }

  // ---- time and the wire

  void at(long when, Runnable action) {
    events.add(new Event(Math.max(when, now), order++, action));
  }

  void run(long millis) {
    long end = now + millis;
    while (!events.isEmpty() && events.peek().at <= end) {
      Event next = events.remove();
      now = next.at;
      next.action.run();
    }
    now = end;
  }

  private void toAll(Resident from, Bytes message) {
    residents.values().stream().filter(to -> to != from).forEach(to -> carry(from, to, message));
  }

  private void toOne(Resident from, Address address, Bytes message) {
    residents.values().stream()
        .filter(to -> to.address.equals(address))
        .forEach(to -> carry(from, to, message));
  }

  private void carry(Resident from, Resident to, Bytes message) {
    if (random.nextInt(100) >= lossPercent && wire.carries(from, to, message)) {
      at(
          now + 1 + random.nextInt(20),
          () -> to.step(new PeerInput.Received(from.address, message)));
    }
  }

  // ---- what is checked

  /** Who of the members does not read what which other sends now; empty if all read all. */
  String misunderstandings() {
    StringBuilder found = new StringBuilder();
    for (Resident sender : members()) {
      String words = "I am " + sender.device.name;
      Optional<Bytes> frame = sender.seal(words);
      if (frame.isEmpty()) {
        found.append(sender.device.name).append(" may not send\n");
        continue;
      }
      for (Resident reader : members()) {
        if (reader != sender && !reader.reads(frame.get(), words)) {
          found.append(reader.device.name).append(" does not read ").append(sender.device.name);
        }
      }
    }
    return found.toString();
  }
}
