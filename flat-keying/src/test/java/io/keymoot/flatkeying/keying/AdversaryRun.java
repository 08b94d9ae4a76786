package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * One seeded run of honest cores among villains: people come and go, the network falls apart and
 * comes together, villains do what they can; and every so often the {@link Adversary} tries what
 * the honest ones use.
 */
final class AdversaryRun implements Group.Witness {
  private static final int STEPS = 30;
  private static final int MOST_NODES = 9;

  private final Random random;
  private final Group group;
  private final Adversary adversary;
  private final Map<String, Bytes> credentials = new TreeMap<>();
  private final Map<String, Villain> villains = new LinkedHashMap<>();
  private final Map<String, Integer> side = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();
  private final List<String> story = new ArrayList<>();
  private int named;

  AdversaryRun(long seed) {
    this(seed, true);
  }

  /**
   * @param slotsOn off: all are reached by seals and the tree
   */
  AdversaryRun(long seed, boolean slotsOn) {
    random = new Random(seed);
    // What follows from a set of facts is the same whether peers share it or not.
    group = seed % 4 < 2 ? Group.ofSharedLore(seed) : new Group(seed);
    // With two symbols a small group shares all its slots, with four some of them, with sixteen
    // few.
    group.profile =
        seed % 2 == 0 ? Profile.PAPER : seed % 10 == 9 ? Profile.BROADCAST : Profile.CONFERENCE;
    group.slotsOn = slotsOn;
    group.resealEachMillis = 2_000;
    group.heartbeatMillis = 1_000;
    group.hears = (from, to) -> side(from.name) == side(to.name);
    // The witness must be there before the first word.
    Draws draws = group.draws();
    Group.Node anna = group.foundLater("anna", "chair", Group.CHAIR_EXPELS, draws);
    adversary = new Adversary(anna.core.group(), group.shared);
    adversary.device(anna.id(), draws);
    Bytes credential = Group.credential("anna", "chair");
    credentials.put("anna", credential);
    adversary.blobs.put(credential);
    group.witness = this;
    group.start(anna);
  }

  private int side(String name) {
    return side.getOrDefault(name, 0);
  }

  // ---- listening

  @Override
  public void said(Group.Node from, Bytes message) {
    adversary.said(from, message);
    if (!villains.isEmpty()
        && SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof SyncAsk ask) {
      answer(from, ask);
    }
  }

  @Override
  public void stepped(Group.Node node) {
    adversary.stepped(node);
  }

  /** Villains want their rights believed: they hand out their credentials and leaf keys. */
  private void answer(Group.Node asker, SyncAsk ask) {
    List<Bytes> blobs = new ArrayList<>();
    for (Hash32 hash : ask.blobs()) {
      for (Villain villain : villains.values()) {
        villain.blob(hash).ifPresent(blobs::add);
      }
    }
    if (!blobs.isEmpty()) {
      Bytes reply = SideCodec.encode(new SyncReply(adversary.group, List.of(), blobs));
      tell(asker, Bytes.EMPTY, reply);
    }
  }

  private void tell(Group.Node to, Bytes from, Bytes message) {
    adversary.heard(message);
    group.at(group.now + 1 + random.nextInt(20), () -> to.step(new Input.Received(from, message)));
  }

  // ---- who is who

  private boolean isHonest(Group.Node node) {
    return !node.name.startsWith("evil");
  }

  private List<Group.Node> honest() {
    return group.nodes.values().stream()
        .filter(node -> isHonest(node) && !node.isDown && node.core.isMember())
        .toList();
  }

  private <T> T oneOf(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  // ---- the run

  /** What went wrong. */
  List<String> run() {
    for (int i = 0; i < 4; i++) {
      join();
      group.run(300);
    }
    group.run(2_500);
    for (int i = 0; i < STEPS && wrong.isEmpty(); i++) {
      act();
      group.run(200 + random.nextInt(600));
      if (i % 3 == 2) {
        check();
      }
    }
    heal();
    return wrong;
  }

  private void check() {
    for (Group.Node node : honest()) {
      wrong.addAll(adversary.check(node, group.now));
    }
  }

  int checked() {
    return adversary.checked;
  }

  int pooled() {
    return adversary.piecesPooled;
  }

  List<String> story() {
    return story;
  }

  String show() {
    StringBuilder out = new StringBuilder(group.show());
    for (Group.Node node : honest()) {
      out.append(node).append(" = ").append(node.id()).append(": waiting ");
      out.append(node.core.core.membership.waitingCount()).append(", at the door ");
      out.append(node.core.core.membership.atDoorCount()).append(", lacks ");
      out.append(node.core.core.membership.lacks());
      for (Group.Node other : group.nodes.values()) {
        if (node.core.core.membership.proofAgainst(other.id()).isPresent()) {
          out.append(", caught ").append(other);
        }
        if (node.core.state().isFaulty(other.id())) {
          out.append(", faulty ").append(other);
        }
      }
      out.append("; in are ");
      node.core.state().members().forEach(person -> out.append(nameOf(person.id())).append(" "));
      out.append("\n");
    }
    return out.toString();
  }

  private void note(String what) {
    story.add(group.now + " " + what);
  }

  private void join() {
    if (group.members().size() >= MOST_NODES) {
      return;
    }
    boolean evil = named > 1 && random.nextInt(100) < 40;
    String name = (evil ? "evil" : "good") + named++;
    String roles = random.nextInt(5) == 0 ? "chair" : "";
    Bytes credential = Group.credential(name, roles);
    credentials.put(name, credential);
    adversary.blobs.put(credential);
    side.put(name, side(oneOf(List.copyOf(group.nodes.keySet()))));
    note("join " + name + " " + roles);
    group.join(name, roles);
  }

  private void act() {
    List<Group.Node> honest = honest();
    if (honest.isEmpty()) {
      return;
    }
    Group.Node one = oneOf(honest);
    int what = random.nextInt(100);
    if (what < 14) {
      join();
    } else if (what < 30) {
      expel(one);
    } else if (what < 34 && honest.size() > 3 && !one.name.equals("anna")) {
      note("leave " + one);
      one.step(new Input.Leave());
    } else if (what < 41) {
      note("refresh by " + one);
      one.step(new Input.Refresh());
    } else if (what < 50) {
      note("leak and renewal of " + one);
      if (random.nextInt(3) > 0) {
        adversary.leak(one);
      }
      one.step(new Input.Renew(Optional.empty()));
    } else if (what < 55) {
      suspend(one);
    } else if (what < 66) {
      part();
    } else if (what < 72) {
      turn();
    } else {
      for (int i = 0; i < 2; i++) {
        mischief();
      }
    }
  }

  private void part() {
    int sides = 1 + random.nextInt(3);
    group.nodes.keySet().forEach(name -> side.put(name, random.nextInt(sides)));
    group.lossPercent = random.nextInt(3) * 10;
    note("sides " + side + ", loss " + group.lossPercent);
  }

  private void expel(Group.Node by) {
    List<Person> others =
        by.core.state().members().stream()
            .filter(person -> !person.id().equals(by.id()))
            .filter(person -> isEvil(person.id()) || random.nextInt(3) == 0)
            .toList();
    if (others.isEmpty()) {
      return;
    }
    Person who = oneOf(others);
    note(by + " wants out " + nameOf(who.id()));
    by.step(new Input.Expel(who.device()));
    // Who lacks the role finds somebody who agrees, mostly.
    for (Group.Node second : honest()) {
      if (second != by && second.core.isMember() && random.nextInt(3) == 0) {
        second.step(new Input.Expel(who.device()));
        return;
      }
    }
  }

  private boolean isEvil(MemberId member) {
    return nameOf(member).startsWith("evil");
  }

  private String nameOf(MemberId member) {
    for (Group.Node node : group.nodes.values()) {
      if (node.id().equals(member)) {
        return node.name;
      }
    }
    for (Villain villain : villains.values()) {
      if (villain.id.equals(member)) {
        return villain.name;
      }
    }
    return "?";
  }

  /** Two watchers suspend somebody; the core has no duty yet that would. */
  private void suspend(Group.Node by) {
    GroupState state = by.core.core.signingState();
    for (Person target : state.members()) {
      // So few members all watch each other.
      Optional<Group.Node> second =
          honest().stream()
              .filter(node -> node != by && !node.id().equals(target.id()))
              .filter(node -> state.isMember(node.id()))
              .findFirst();
      if (target.id().equals(by.id()) || second.isEmpty() || random.nextBoolean()) {
        continue;
      }
      note(by + " suspends " + nameOf(target.id()));
      List<Bytes> its = new ArrayList<>();
      for (Group.Node node : List.of(by, second.get())) {
        its.add(Optional.ofNullable(credentials.get(node.name)).orElseThrow());
      }
      Suspension.of(target.id(), by, second.get(), its, adversary);
      return;
    }
  }

  // ---- villains

  private void turn() {
    for (Group.Node node : group.nodes.values()) {
      if (!isHonest(node) && !villains.containsKey(node.name) && node.core.isMember()) {
        note(node + " turns");
        Bytes credential = credentials.get(node.name);
        if (credential == null) {
          throw new IllegalStateException("everybody has a credential");
        }
        villains.put(node.name, Villain.turned(node, credential, adversary));
        // It may go on in good order beside what the villain does; mostly it plays dead.
        node.isDown = random.nextInt(3) > 0;
        return;
      }
    }
    if (villains.size() < 6) {
      String name = "evil" + named++;
      note(name + " is made up");
      Villain fresh = Villain.accomplice(name, group.key(), group.draws(), adversary);
      villains.put(name, fresh);
      if (random.nextInt(3) == 0) {
        tell(oneOf(honest()), fresh.address, SideCodec.encode(fresh.ask().orElseThrow()));
      }
    }
  }

  private void mischief() {
    List<Villain> all = List.copyOf(villains.values());
    List<Group.Node> ears = honest();
    if (all.isEmpty() || ears.isEmpty()) {
      return;
    }
    Villain one = oneOf(all);
    int what = random.nextInt(100);
    if (what < 50) {
      Optional<Known> fact = one.write(random, all);
      fact.ifPresent(
          known -> {
            note(one.name + " writes " + known.header().type() + " " + known.id());
            for (Group.Node ear : ears) {
              if (random.nextBoolean()) {
                one.wayTo(known, ear).forEach(message -> tell(ear, one.address, message));
              }
            }
          });
    } else if (what < 80) {
      for (Group.Node ear : ears) {
        one.need(ear, random).ifPresent(message -> tell(ear, one.address, message));
      }
    } else if (what < 90 && !adversary.needs.isEmpty()) {
      Need asked =
          adversary.needs.get(
              adversary.needs.size() - 1 - random.nextInt(Math.min(3, adversary.needs.size())));
      boolean truly = random.nextInt(3) > 0;
      for (Group.Node ear : ears) {
        if (ear.id().equals(asked.signed().header().author())) {
          note(one.name + (truly ? " answers " : " lies to ") + ear);
          one.answer(asked, truly, random).ifPresent(message -> tell(ear, one.address, message));
        }
      }
    } else if (what < 95) {
      Group.Node ear = oneOf(ears);
      Input.Heard word = one.word(random);
      note(one.name + " speaks to " + ear);
      group.at(group.now + 1, () -> ear.step(word));
    } else {
      byte[] garbage = new byte[1 + random.nextInt(300)];
      random.nextBytes(garbage);
      tell(oneOf(ears), one.address, Bytes.owning(garbage));
    }
  }

  // ---- the end

  private void heal() {
    note("all is healed");
    side.clear();
    group.lossPercent = 0;
    group.run(20_000);
    check();
    wrong.addAll(adversary.checkNewcomers());
    checkThatAllCameTogether();
  }

  /**
   * P2, of those who are in once all facts are put together. (Two who expelled each other are both
   * out then, and each keeps its door shut to the other's friends.)
   */
  private void checkThatAllCameTogether() {
    BitSet all = new BitSet();
    for (Group.Node node : honest()) {
      all.or(adversary.world.reached(node.core.state().heads()));
    }
    List<Group.Node> in =
        honest().stream().filter(node -> adversary.world.isMember(all, node.id())).toList();
    for (Group.Node sender : in) {
      for (Group.Node reader : in) {
        if (!sender.core.state().heads().equals(reader.core.state().heads())) {
          wrong.add("P2: " + reader + " and " + sender + " know different facts");
        } else if (!sender.sendingKey().map(reader::canOpen).orElse(false)) {
          wrong.add("P2: " + reader + " does not read " + sender);
        }
      }
    }
  }
}
