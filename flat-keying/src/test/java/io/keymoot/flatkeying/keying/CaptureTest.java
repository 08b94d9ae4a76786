package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameOpener;
import io.keymoot.flatkeying.frame.FrameSealer;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.KeyRing;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.frame.SFrameSuite;
import io.keymoot.flatkeying.frame.Sealing;
import io.keymoot.flatkeying.frame.TekEpoch;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** P8: somebody takes the device away, with all that is in its memory. */
class CaptureTest {
  private final Group group = new Group(11);

  /** Secrets of the epochs there were, kept aside by the test. */
  private final Map<FactId, EpochSecret> original = new TreeMap<>();

  private Group.Node victim() {
    return group.node("cora");
  }

  private void tenEpochs() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    group.join("ben", "");
    group.join("cora", "");
    group.run(8_000);
    keepAside();
    for (int i = 0; i < 10; i++) {
      group.node(i % 2 == 0 ? "anna" : "cora").step(new Input.Refresh());
      group.run(200);
      keepAside();
      group.run(200);
    }
    assertThat(original.size()).isGreaterThan(10);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private void keepAside() {
    for (Group.Node node : group.nodes.values()) {
      for (KeyStore.Held held : node.core.core.keys.all()) {
        original.putIfAbsent(held.epoch, held.lowest().at(held.lowestRevision()));
      }
    }
  }

  private FactId running() {
    return victim().core.sendingEpoch().orElseThrow();
  }

  @Test
  void aCapturedDeviceOpensNoEpochOlderThanTheGracePeriod() {
    tenEpochs();
    assertThat(epochsIn(everythingReachable(victim()))).hasSizeGreaterThan(9);
    group.run(Limits.GRACE_MILLIS + 1_000);
    Set<byte[]> loot = everythingReachable(victim());
    assertThat(epochsIn(loot)).containsExactly(running());
  }

  @Test
  void whatIsOldIsGoneASecondAfterAnExpulsion() {
    tenEpochs();
    group.join("dan", "");
    group.run(8_000);
    group.node("anna").step(new Input.Expel(group.node("dan").device()));
    group.run(200);
    keepAside();
    group.run(2_000);
    assertThat(epochsIn(everythingReachable(victim()))).containsExactly(running());
  }

  @Test
  void aCapturedDeviceHasNoKekOlderThanTheGracePeriodAndNoResealsKey() {
    // With two symbols three members share many slots.
    group.profile = Profile.PAPER;
    Map<byte[], FactId> keks = new IdentityHashMap<>();
    List<byte[]> fresh = new ArrayList<>();
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {}

          @Override
          public void stepped(Group.Node node) {
            if (node.name.equals("cora")) {
              node.core.core.slots.allKeks().forEach(k -> keks.put(HeapWalk.bytesOf(k), k.epoch()));
              node.core
                  .core
                  .slots
                  .allResealKeys()
                  .forEach(each -> fresh.add(HeapWalk.bytesOf(each.key())));
            }
          }
        };
    tenEpochs();
    assertThat(new TreeSet<>(keks.values())).hasSizeGreaterThan(8);
    assertThat(fresh).isNotEmpty();
    group.run(2 * Limits.GRACE_MILLIS);
    Set<byte[]> loot = everythingReachable(victim());
    TreeSet<FactId> found = new TreeSet<>();
    keks.forEach((bytes, epoch) -> found.addAll(contains(loot, bytes) ? Set.of(epoch) : Set.of()));
    assertThat(found).containsExactly(running());
    assertThat(fresh).noneMatch(bytes -> contains(loot, bytes));
  }

  @Test
  void aCapturedDeviceHasNoFrameKeyOlderThanTheGracePeriod() {
    Frames frames = new Frames();
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {}

          @Override
          public void stepped(Group.Node node) {
            if (node.name.equals("cora") && node.core.isMember()) {
              frames.follow(node);
            }
          }
        };
    tenEpochs();
    assertThat(frames.epochsIn(frames.reachable(victim()))).hasSizeGreaterThan(9);
    group.run(Limits.GRACE_MILLIS + 1_000);
    assertThat(frames.epochsIn(frames.reachable(victim()))).containsExactly(running());
  }

  /** A device's frames: it seals under each key that it is told, and opens what it sealed. */
  private static final class Frames {
    private final Map<byte[], FactId> keys = new IdentityHashMap<>();
    private final Set<Object> known = Collections.newSetFromMap(new IdentityHashMap<>());
    private @Nullable KeyRing ring;
    private @Nullable FrameSealer sealer;
    private @Nullable FrameOpener opener;
    private int read;

    void follow(Group.Node node) {
      KeyRing its = ring;
      if (its == null) {
        Stay stay = node.core.stay().orElseThrow();
        FrameSender self = new FrameSender(stay.id(), node.id());
        its = new KeyRing(node.core.group(), SFrameSuite.AES_256_GCM_SHA512_128);
        its.admit(List.of(self));
        sealer = its.beginStay(self, node.key::sign);
        opener = its.newOpener((member, message, signature) -> true);
        ring = its;
      }
      for (; read < node.log.size(); read++) {
        switch (node.log.get(read)) {
          // Some are over already by the time that they are told of here.
          case Effect.Install install when !install.tek().isClosed() ->
              its.install(new TekEpoch(install.tek()));
          case Effect.Retire retire -> its.retire(retire.epoch(), retire.revision());
          default -> {}
        }
      }
      Optional<FactId> epoch = node.core.sendingEpoch();
      if (epoch.isPresent() && its.activate(epoch.get(), node.core.sendingRevision())) {
        sealAndOpen();
        for (Object each : HeapWalk.everything(List.of(its))) {
          if (each.getClass().getSimpleName().equals("CipherKey") && known.add(each)) {
            keys.put(HeapWalk.bytesOf(each), epoch.get());
          }
        }
      }
    }

    private void sealAndOpen() {
      byte[] frame = new byte[8 + FrameSealer.MAX_OVERHEAD];
      FrameStream stream = FrameStream.of(Authentication.NONE, 0);
      Tick now = new Tick(0);
      int length =
          ((Sealing.Sealed)
                  Objects.requireNonNull(sealer).seal(now, stream, new byte[8], 0, 8, frame, 0))
              .length();
      assertThat(Objects.requireNonNull(opener).open(now, 1, frame, 0, length, new byte[length], 0))
          .isInstanceOf(Opening.Opened.class);
    }

    Set<byte[]> reachable(Group.Node node) {
      return HeapWalk.arrays(
          List.of(
              node.core,
              node.keys,
              Objects.requireNonNull(ring),
              Objects.requireNonNull(sealer),
              Objects.requireNonNull(opener)));
    }

    Set<FactId> epochsIn(Set<byte[]> loot) {
      Set<FactId> found = new TreeSet<>();
      for (byte[] each : HeapWalk.found(loot, keys.keySet())) {
        found.add(Objects.requireNonNull(keys.get(each)));
      }
      return found;
    }
  }

  private Adversary recorded() {
    Adversary recorder = Tapped.founding(group, "anna").adversary;
    group.join("ben", "");
    group.run(8_000);
    keepAside();
    return recorder;
  }

  private Set<FactId> tenMoreEpochs() {
    Set<FactId> made = new TreeSet<>();
    for (int i = 0; i < 10; i++) {
      group.node(i % 2 == 0 ? "anna" : "ben").step(new Input.Refresh());
      group.run(400);
      made.add(running());
    }
    assertThat(made).hasSize(10);
    return made;
  }

  /**
   * The limit of forward secrecy, as the specification states it: what was handed to the present
   * leaf key, and so all since; nothing from before it came in.
   */
  @Test
  void withRecordedTrafficACapturedDeviceOpensAllSinceThePresentLeafKeyWasHandedAKey() {
    Adversary recorder = recorded();
    Group.Node anna = group.node("anna");
    anna.step(new Input.Refresh());
    group.run(400);
    Set<FactId> before = new TreeSet<>(original.keySet());
    // Of this one it is granted the next revision.
    before.remove(anna.core.sendingEpoch().orElseThrow());
    group.join("cora", "");
    group.run(8_000);
    Set<FactId> since = tenMoreEpochs();
    keepAside();
    group.run(2 * Limits.GRACE_MILLIS);
    assertThat(epochsIn(everythingReachable(victim()))).hasSizeLessThan(2);
    assertThat(before).isNotEmpty();
    assertThat(recorder.readByWhoCaptures(victim()))
        .containsAll(since)
        .doesNotContainAnyElementsOf(before);
  }

  @Test
  void tenMinutesAfterAHereNothingFromBeforeItOpensWithRecordedTrafficEither() {
    Adversary recorder = recorded();
    group.join("cora", "");
    group.run(8_000);
    Set<FactId> since = tenMoreEpochs();
    victim().step(new Input.Renew(Optional.empty()));
    group.run(Limits.LEAF_KEY_AFTERLIFE_MILLIS + Limits.GRACE_MILLIS);
    Set<FactId> read = recorder.readByWhoCaptures(victim());
    assertThat(read).contains(running()).doesNotContainAnyElementsOf(since);
    // All it opens was made after the Here.
    for (FactId epoch : read) {
      GroupState past = victim().core.ledger().past(known(epoch));
      assertThat(past.newestStay(victim().id()).orElseThrow().begunBy().fact())
          .isInstanceOf(Here.class);
    }
  }

  private Known known(FactId fact) {
    return Objects.requireNonNull(victim().core.ledger().get(fact));
  }

  @Test
  void ticksAloneEraseAndNothingElseTellsTheTime() {
    tenEpochs();
    List<FactId> old = new ArrayList<>(original.keySet());
    old.remove(running());
    // However long the machine really takes, and whatever its clock shows: no tick, no erasure.
    int before = victim().core.core.keys.all().size();
    victim().core.step(new Tick(group.now), new Input.TimePassed());
    assertThat(victim().core.core.keys.all()).hasSize(before);
    long due = victim().core.core.keys.nextErasure().orElseThrow().millis();
    assertThat(due - group.now).isBetween(1L, Limits.GRACE_MILLIS);
    // The tick of a device that slept for ninety days comes in one step.
    victim().core.step(new Tick(group.now + 90L * 24 * 3_600 * 1_000), new Input.TimePassed());
    assertThat(victim().core.core.keys.all()).extracting(held -> held.epoch).isNotEmpty();
    assertThat(victim().core.core.keys.all())
        .extracting(held -> held.epoch)
        .doesNotContainAnyElementsOf(old);
  }

  @Test
  void aLeafKeyIsForgottenTenMinutesAfterItsSuccessor() {
    tenEpochs();
    LeafKeyPair old = victim().core.core.self.leafKeys().iterator().next();
    Hash32 name = old.publicKey().hash();
    victim().step(new Input.Renew(Optional.empty()));
    group.run(Limits.LEAF_KEY_AFTERLIFE_MILLIS - 2_000);
    assertThat(victim().core.core.self.leafKey(name)).isPresent();
    group.run(4_000);
    assertThat(victim().core.core.self.leafKey(name)).isEmpty();
    assertThat(old.toString()).contains("wiped");
  }

  /** The epochs of which some secret, or one that it follows from, is among the loot. */
  private TreeSet<FactId> epochsIn(Set<byte[]> loot) {
    TreeSet<FactId> found = new TreeSet<>();
    original.forEach(
        (epoch, secret) -> {
          for (int ahead = 0; ahead < 4; ahead++) {
            try (EpochSecret at = secret.at(secret.revision() + ahead)) {
              byte[] bytes = HeapWalk.bytesOf(at);
              byte[] tek = HeapWalk.bytesOf(at.tek(group.node("anna").core.group(), epoch));
              if (contains(loot, bytes) || contains(loot, tek)) {
                found.add(epoch);
              }
            }
          }
        });
    return found;
  }

  private static boolean contains(Set<byte[]> loot, byte[] secret) {
    return !HeapWalk.found(loot, List.of(secret)).isEmpty();
  }

  /** What hangs on the core, or on the keys it gave to frames. */
  private static Set<byte[]> everythingReachable(Group.Node node) {
    return HeapWalk.arrays(List.of(node.core, node.keys));
  }
}
