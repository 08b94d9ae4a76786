package io.keymoot.simulator;

import io.keymoot.admission.AdmissionPolicy;
import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Rosters;
import io.keymoot.peer.Address;
import io.keymoot.peer.Peer;
import io.keymoot.peer.PeerInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** One group on a virtual network: its people, and what passes between them. */
final class Town {
  private static final Rights TWO_EXPEL =
      new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS);
  private static final String OPEN_HOUSE =
      """
      version: 1
      admit: anybody
      expel: anybody
      founder: anybody
      introducer: anybody
      """;

  private final Random random;
  private final VirtualNetwork network;
  private final Map<String, SimulatedPeer> peers = new LinkedHashMap<>();
  private final FactVerifier verifier = new FactVerifier(new VerifiedOnce());
  private final Lore lore = Lore.shared();
  private final Rosters rosters = new Rosters();

  Town(long seed, VirtualNetwork.Weather weather) {
    random = new Random(seed);
    network = new VirtualNetwork(random.nextLong(), weather);
  }

  VirtualNetwork network() {
    return network;
  }

  // ---- people

  SimulatedPeer found(String name) {
    SigningKey key = key();
    return start(
        SimulatedPeer.founding(
            this,
            name,
            new FlatKeying.Founding("town", Profile.CONFERENCE, TWO_EXPEL, Trust.OPEN),
            key,
            selfMade(),
            policy(),
            entropy(),
            shared()));
  }

  SimulatedPeer join(String name) {
    SimulatedPeer peer = arrive(name);
    peer.start();
    return peer;
  }

  /** On the network, but not started yet. */
  SimulatedPeer arrive(String name) {
    SigningKey key = key();
    SimulatedPeer peer =
        SimulatedPeer.joining(
            this,
            name,
            peers.values().iterator().next().peer().keying().group(),
            key,
            selfMade(),
            policy(),
            entropy(),
            shared());
    peers.put(name, peer);
    return peer;
  }

  private SimulatedPeer start(SimulatedPeer peer) {
    peers.put(peer.name(), peer);
    peer.start();
    return peer;
  }

  SimulatedPeer peer(String name) {
    SimulatedPeer peer = peers.get(name);
    if (peer == null) {
      throw new IllegalArgumentException("nobody is called " + name);
    }
    return peer;
  }

  List<SimulatedPeer> members() {
    return peers.values().stream().filter(SimulatedPeer::isMember).toList();
  }

  private SigningKey key() {
    return SigningKey.generate(SignatureKind.ED25519, entropy());
  }

  private static Bytes selfMade() {
    return Credential.SELF_MADE.encode();
  }

  private static AdmissionPolicy policy() {
    return new AdmissionPolicy(rules());
  }

  private static PolicyRules rules() {
    return switch (PolicyFile.parse(OPEN_HOUSE)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty ->
          throw new IllegalStateException("the open house's policy: " + faulty);
    };
  }

  private Entropy entropy() {
    Random own = new Random(random.nextLong());
    return own::nextBytes;
  }

  /** Verdicts and rosters are shared; what must be fetched over the network is not. */
  private Peer.Shared shared() {
    return new Peer.Shared(FlatKeying.Shared.of(new CredentialChecker(), verifier, lore), rosters);
  }

  // ---- what passes between them

  void multicast(SimulatedPeer from, Bytes message) {
    for (SimulatedPeer to : peers.values()) {
      if (to != from) {
        carry(from, to, message);
      }
    }
  }

  void unicast(SimulatedPeer from, Address address, Bytes message) {
    for (SimulatedPeer to : peers.values()) {
      if (to.address().equals(address)) {
        carry(from, to, message);
      }
    }
  }

  private void carry(SimulatedPeer from, SimulatedPeer to, Bytes message) {
    network.carry(
        from.name(),
        to.name(),
        message,
        bytes -> to.step(new PeerInput.Received(from.address(), bytes)));
  }

  // ---- what is checked

  /** Who of the members does not read what which other sends now; empty if all read all. */
  String misunderstandings() {
    StringBuilder found = new StringBuilder();
    for (SimulatedPeer sender : members()) {
      Optional<Bytes> frame = sender.say("I am " + sender.name());
      if (frame.isEmpty()) {
        found.append(sender.name()).append(" may not send: ").append(sender.status()).append('\n');
        continue;
      }
      for (SimulatedPeer reader : members()) {
        boolean reads =
            reader == sender
                || reader.read(frame.get()).equals(Optional.of("I am " + sender.name()));
        if (!reads) {
          found.append(reader.name()).append(" does not read ").append(sender.name()).append('\n');
        }
      }
    }
    return found.toString();
  }
}
