package io.keymoot.simulator;

import io.keymoot.admission.AdmissionPolicy;
import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Address;
import io.keymoot.peer.FrameDesk;
import io.keymoot.peer.Peer;
import io.keymoot.peer.PeerEffect;
import io.keymoot.peer.PeerInput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A real peer, and the frames it seals and opens, on the virtual network. */
final class SimulatedPeer {
  private static final WallTime SOME_DAY = new WallTime(1_800_000_000L);
  private static final FrameStream VOICE = FrameStream.of(Authentication.NONE, 0);

  private final Town town;
  private final String name;
  private final Peer peer;
  private final FrameDesk frames;
  private final Fingerprint device;
  private final Address address;
  private PeerEffect.Status status = new PeerEffect.Status(Effect.State.SYNCING, "not started");
  private @Nullable Tick woken;
  private boolean isDown;

  private SimulatedPeer(Town town, String name, Peer peer, SigningKey key) {
    this.town = town;
    this.name = name;
    this.peer = peer;
    this.frames = new FrameDesk(peer);
    this.device = new Fingerprint(Hash32.sha256(key.spki().toArray()));
    this.address = new Address(Bytes.owning(name.getBytes(StandardCharsets.UTF_8)));
  }

  static SimulatedPeer founding(
      Town town,
      String name,
      FlatKeying.Founding plan,
      SigningKey key,
      Bytes credential,
      AdmissionPolicy policy,
      Entropy entropy,
      Peer.Shared shared) {
    Peer peer = Peer.found(plan, key, credential, policy, entropy, shared);
    return new SimulatedPeer(town, name, peer, key);
  }

  static SimulatedPeer joining(
      Town town,
      String name,
      GroupId group,
      SigningKey key,
      Bytes credential,
      AdmissionPolicy policy,
      Entropy entropy,
      Peer.Shared shared) {
    Peer peer = Peer.join(group, key, credential, policy, entropy, shared);
    return new SimulatedPeer(town, name, peer, key);
  }

  String name() {
    return name;
  }

  Address address() {
    return address;
  }

  Peer peer() {
    return peer;
  }

  MemberId member() {
    return peer.keying().self();
  }

  Fingerprint device() {
    return device;
  }

  PeerEffect.Status status() {
    return status;
  }

  boolean isMember() {
    return !isDown && peer.keying().isMember();
  }

  void start() {
    step(new PeerInput.Start(SOME_DAY));
    step(new PeerInput.ReachedAt(address));
  }

  /** Crashes, without a word. */
  void crash() {
    isDown = true;
  }

  void step(PeerInput input) {
    if (isDown) {
      return;
    }
    Tick now = town.network().now();
    for (PeerEffect effect : peer.step(now, input)) {
      if (!frames.perform(now, effect)) {
        perform(effect);
      }
    }
    wakeAtDeadline();
  }

  private void wakeAtDeadline() {
    Tick due = peer.nextDeadline().orElse(null);
    if (due != null && (woken == null || due.isBefore(woken))) {
      woken = due;
      town.network()
          .at(
              due,
              () -> {
                woken = null;
                step(new PeerInput.Wake());
              });
    }
  }

  private void perform(PeerEffect effect) {
    switch (effect) {
      case PeerEffect.Beat beat -> town.multicast(this, beat.message());
      case PeerEffect.Multicast multicast -> town.multicast(this, multicast.message());
      case PeerEffect.Unicast unicast -> town.unicast(this, unicast.to(), unicast.message());
      case PeerEffect.Status changed -> status = changed;
      default -> {} // what is for people, and nobody is looking
    }
  }

  // ---- frames

  /** What it would send now, if it may send. */
  Optional<Bytes> say(String words) {
    return frames.seal(
        town.network().now(), VOICE, Bytes.owning(words.getBytes(StandardCharsets.UTF_8)));
  }

  /** What it reads in the frame, if it can. */
  Optional<String> read(Bytes frame) {
    FrameDesk.Opened opened = frames.open(town.network().now(), 1, frame);
    return opened.opening() instanceof Opening.Opened
        ? Optional.of(new String(opened.plaintext().toArray(), StandardCharsets.UTF_8))
        : Optional.empty();
  }

  List<MemberId> roster() {
    return peer.keying().state().members().stream().map(person -> person.id()).toList();
  }
}
