package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Attacks told step by step, most of them on the slot table: what random runs come upon too seldom.
 * Each is made on real cores, with the {@link Adversary} listening; each would work if one rule
 * were left out.
 */
final class SlotVillainy implements Group.Witness {
  enum Attack {
    /** A newcomer asks for KEKs from before its admission. */
    ASK_FOR_WHAT_WAS_BEFORE,
    /** A chair expels somebody, and orders survivors to relay under that one's slots. */
    ORDER_RELAYS_UNDER_THE_LEAVERS_SLOTS,
    /** A member gives out keys it made up, of slots it is not in, and is expelled. */
    GIVE_FALSE_KEYS_OF_OTHERS_SLOTS,
    /** A newcomer has the KEK of one branch, and tries it on another. */
    TRY_ONE_BRANCHS_KEK_ON_ANOTHER,
    /** Somebody's stay ends, and nobody makes a key that all may have. */
    LISTEN_WHILE_NO_KEY_IS_CLEAN
  }

  private final Random random;
  private final Group group;
  private final Adversary adversary;
  private final List<Need> asked = new ArrayList<>();
  private @Nullable Villain liar;

  /** How often the villain got to do what it is about. */
  int attempts;

  private SlotVillainy(long seed) {
    random = new Random(seed);
    group = new Group(seed);
    group.profile = Profile.PAPER;
    group.resealEachMillis = 2_000;
    Draws draws = group.draws();
    Group.Node anna = group.foundLater("anna", "chair", Group.CHAIR_EXPELS, draws);
    adversary = new Adversary(anna.core.group(), group.shared);
    adversary.device(anna.id(), draws);
    adversary.blobs.put(Group.credential("anna", "chair"));
    group.witness = this;
    group.start(anna);
    for (int i = 0; i < 6; i++) {
      join("n" + i, "");
    }
    join("evil", "chair");
    group.run(15_000);
  }

  record Outcome(List<String> wrong, int attempts) {}

  static Outcome of(Attack attack, long seed) {
    SlotVillainy run = new SlotVillainy(seed);
    List<String> wrong =
        switch (attack) {
          case ASK_FOR_WHAT_WAS_BEFORE -> run.askForWhatWasBefore();
          case ORDER_RELAYS_UNDER_THE_LEAVERS_SLOTS -> run.orderRelays();
          case GIVE_FALSE_KEYS_OF_OTHERS_SLOTS -> run.giveFalseKeys();
          case TRY_ONE_BRANCHS_KEK_ON_ANOTHER -> run.tryAnotherBranch();
          case LISTEN_WHILE_NO_KEY_IS_CLEAN -> run.listen();
        };
    return new Outcome(wrong, run.attempts);
  }

  private Group.Node join(String name, String roles) {
    adversary.blobs.put(Group.credential(name, roles));
    return group.join(name, roles);
  }

  private Villain turned(String name, String roles) {
    return Villain.turned(group.node(name), Group.credential(name, roles), adversary);
  }

  // ---- listening

  @Override
  public void said(Group.Node from, Bytes message) {
    adversary.said(from, message);
    if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof Need need) {
      asked.add(need);
      Villain lies = liar;
      if (lies != null && from.name.equals("wim") && !need.slots().isEmpty()) {
        // It is there before anybody who was asked.
        attempts++;
        lies.answer(need, false, random).ifPresent(lie -> tell(from, lies, lie));
      }
    }
  }

  @Override
  public void stepped(Group.Node node) {
    adversary.stepped(node);
  }

  private void tell(Group.Node to, Villain from, Bytes message) {
    adversary.heard(message);
    group.at(group.now, () -> to.step(new Input.Received(from.address, message)));
  }

  private List<String> check() {
    List<String> wrong = new ArrayList<>();
    for (Group.Node node : group.members()) {
      if (!node.name.startsWith("evil") && !node.name.equals("zoe")) {
        wrong.addAll(adversary.check(node, group.now));
      }
    }
    wrong.addAll(adversary.checkNewcomers());
    return wrong;
  }

  // ---- the attacks

  private List<String> askForWhatWasBefore() {
    // A soft end: what it supersedes is kept for a while.
    group.node("n0").step(new Input.Leave());
    group.run(3_000);
    join("zoe", "");
    group.run(2_500);
    Villain zoe = turned("zoe", "");
    for (Group.Node ear : group.members()) {
      for (int i = 0; i < 8; i++) {
        zoe.need(ear, random)
            .ifPresent(
                need -> {
                  attempts++;
                  tell(ear, zoe, need);
                });
        group.run(100);
      }
    }
    return check();
  }

  private List<String> orderRelays() {
    Group.Node anna = group.node("anna");
    Villain evil = turned("evil", "chair");
    group.node("evil").isDown = true;
    Known rekey =
        evil.expelAndOrder(anna.core.state(), group.node("n0").device(), random).orElseThrow();
    Bytes message = FactCodec.encode(adversary.ledger.envelope(rekey));
    for (Group.Node node : group.members()) {
      tell(node, evil, message);
    }
    for (int i = 0; i < 20; i++) {
      group.run(50);
      for (Need need : List.copyOf(asked)) {
        if (need.epochs().contains(rekey.id())) {
          Group.Node asker = byId(need);
          attempts++;
          evil.answer(need, true, random).ifPresent(answer -> tell(asker, evil, answer));
        }
      }
      asked.clear();
    }
    return check();
  }

  private Group.Node byId(Need need) {
    return group.nodes.values().stream()
        .filter(node -> node.id().equals(need.signed().header().author()))
        .findFirst()
        .orElseThrow();
  }

  private List<String> giveFalseKeys() {
    liar = turned("evil", "chair");
    join("wim", "chair");
    group.run(9_000);
    // Whoever goes soils slots, so fresh keys are asked for too.
    group.node("n0").step(new Input.Leave());
    group.run(12_000);
    group.node("wim").step(new Input.Expel(group.node("evil").device()));
    group.run(100);
    return check();
  }

  private List<String> tryAnotherBranch() {
    Group.Node apart = group.node("n1");
    group.hears = (from, to) -> from != apart && to != apart;
    List<FactId> before = group.node("anna").core.state().heads();
    group.node("anna").step(new Input.Refresh());
    group.run(300);
    group.node("anna").step(new Input.Expel(group.node("n0").device()));
    group.run(300);
    join("zoe", "");
    for (int i = 0; i < 30 && !group.node("zoe").core.isMember(); i++) {
      group.run(100);
    }
    // It learns all of it but for the keys, and so makes an epoch after the last it has.
    List<Known> since = new ArrayList<>();
    for (WhoIsOut.Fact fact : adversary.world.facts()) {
      since.add(fact.known());
    }
    FactId own = apart.core.sendingEpoch().orElseThrow();
    for (Known fact : since) {
      if (!before.contains(fact.id())) {
        Bytes message = FactCodec.encodeWithoutCover(adversary.ledger.envelope(fact));
        apart.step(new Input.Received(Bytes.EMPTY, message));
      }
    }
    apart.step(new Input.Refresh());
    FactId made = apart.core.sendingEpoch().orElse(own);
    Villain zoe = turned("zoe", "");
    if (!made.equals(own)) {
      for (int i = 0; i < 8; i++) {
        zoe.need(apart, random)
            .ifPresent(
                need -> {
                  attempts++;
                  tell(apart, zoe, need);
                });
        group.run(100);
      }
    }
    return check();
  }

  private List<String> listen() {
    group.nodes.values().forEach(node -> node.takesTurns = false);
    // After a soft end the old key serves for a second, and no longer.
    group.node("n0").step(new Input.Renew(Optional.empty()));
    group.run(100);
    List<String> wrong = new ArrayList<>(check());
    group.run(1_200);
    wrong.addAll(checkWhileFramesAreHeld());
    group.nodes.values().forEach(node -> node.takesTurns = true);
    group.run(5_000);
    // After an expulsion it does not serve at all; who expels here keeps the new one to itself.
    Villain evil = turned("evil", "chair");
    group.node("evil").isDown = true;
    Known rekey =
        evil.expelAndOrder(group.node("anna").core.state(), group.node("n1").device(), random)
            .orElseThrow();
    Bytes message = FactCodec.encodeWithoutCover(adversary.ledger.envelope(rekey));
    group.members().forEach(node -> tell(node, evil, message));
    group.run(1);
    wrong.addAll(checkWhileFramesAreHeld());
    group.run(5_000);
    wrong.addAll(check());
    return wrong;
  }

  private List<String> checkWhileFramesAreHeld() {
    attempts += (int) group.members().stream().filter(n -> n.sendingKey().isEmpty()).count();
    return check();
  }
}
