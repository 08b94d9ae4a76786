package io.keymoot.simulator.run;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.peer.PeerInput;
import io.keymoot.simulator.byzantine.Liar;
import io.keymoot.simulator.churn.Churn;
import io.keymoot.simulator.fault.Fault;
import io.keymoot.simulator.fault.Trouble;
import io.keymoot.simulator.invariant.Invariants;
import io.keymoot.simulator.invariant.RealBytes;
import io.keymoot.simulator.result.Heal;
import io.keymoot.simulator.result.Injected;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.result.Totals;
import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.World;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One run of a plan: people come and go while things go wrong, then all is healed, and whoever is
 * left must agree and understand each other.
 */
public final class Simulation {
  private static final long CONVERGE_MILLIS = 30_000;

  /**
   * Whoever agrees understands each other as soon; where liars told false keys, once they doubt.
   */
  private static final long UNDERSTAND_MILLIS = 3_000;

  private static final long LOOK_EVERY_MILLIS = 100;
  private static final long TALK_EVERY_MILLIS = 400;
  private static final int LISTENERS = 32;
  private static final int MOST_SAMPLES = 600;

  /**
   * Liars begin nothing new once all is healed; but in one seed of so many they are still there,
   * and say what they say in their own way.
   */
  private static final int LIARS_STAY_ONE_IN = 4;

  private static final int DEFAULT_PARTS = 4;

  /**
   * Breaking one half of every key, and trying each key of a slot on all that was ever made under
   * it, takes long: one seed in so many.
   */
  private static final int THOROUGH_ONE_IN = 16;

  /** Sees how far a run is. */
  public interface Progress {
    Progress NONE = (world, endMillis, violations) -> {};

    void at(World world, long endMillis, int violations);
  }

  private final Plan plan;
  private final Progress progress;
  private final Random random;
  private final World world;
  private final Recorder recorder;
  private final Crowd crowd;
  private final @Nullable RealBytes realBytes;
  private final List<Fault> named;
  private final List<Fault> faults;
  private final Trouble trouble;
  private boolean isApart;

  public Simulation(Plan plan, Trace trace, Progress progress) {
    this.plan = plan;
    this.progress = progress;
    this.random = new Random(plan.seed());
    remember();
    boolean isSmall = plan.members() <= Invariants.SMALL;
    LongFunction<Entropy> entropy =
        isSmall
            ? Draws::new
            : seed -> {
              Random own = new Random(seed);
              return own::nextBytes;
            };
    named = Fault.named().stream().filter(this::isNamed).toList();
    boolean isCertified = named.stream().anyMatch(Fault::needsCertificates);
    world =
        new World(
            new World.Setup(
                random.nextLong(), profile(plan), plan.everySignature(), entropy, isCertified),
            trace);
    recorder = new Recorder(world);
    crowd = new Crowd(world, plan, new Random(random.nextLong()), recorder);
    faults = chosenFaults();
    int parts = plan.partitions() > 1 ? plan.partitions() : DEFAULT_PARTS;
    trouble =
        new Trouble(
            world,
            new Random(random.nextLong()),
            plan.millis(),
            !plan.faults().contains("light"),
            parts,
            crowd);
    Node founder = world.found(0);
    Invariants.all(world).forEach(world::watch);
    realBytes = isSmall ? new RealBytes(world, plan.everySignature() || isThorough()) : null;
    if (realBytes != null) {
      world.watch(realBytes);
    }
    world.watch(recorder);
    world.start(founder);
    recorder.founded(founder);
    List<Node> others = plan.formed() ? world.form(founder, plan.members()) : List.of();
    others.forEach(recorder::founded);
    crowd.gather(founder, others, churn());
  }

  private static Profile profile(Plan plan) {
    return Profile.valueOf(plan.profile().toUpperCase(java.util.Locale.ROOT));
  }

  private Churn churn() {
    return Churn.all().stream()
        .filter(each -> each.name().equals(plan.churn()))
        .findFirst()
        .orElseThrow();
  }

  /** Of many faults each run has some; whoever names one gets it. */
  private List<Fault> chosenFaults() {
    List<Fault> chosen = new ArrayList<>();
    boolean isHeavy = plan.faults().contains("heavy");
    for (Fault fault : Fault.all()) {
      boolean isLight = plan.faults().contains("light") && Fault.LIGHT.contains(fault.name());
      boolean isDrawn = random.nextInt(100) < 35;
      boolean isParted = plan.partitions() > 1 && fault.name().equals("partition");
      if (isNamed(fault) || isParted || isLight || (isHeavy && isDrawn)) {
        chosen.add(fault);
      }
    }
    Random apart = new Random(~plan.seed());
    for (Fault fault : Fault.apart()) {
      boolean isDrawn = apart.nextInt(100) < 35;
      if (isNamed(fault) || (isHeavy && isDrawn)) {
        chosen.add(fault);
      }
    }
    chosen.addAll(named);
    return chosen;
  }

  private boolean isNamed(Fault fault) {
    return plan.faults().contains(Fault.ALL) || plan.faults().contains(fault.name());
  }

  public World world() {
    return world;
  }

  public Optional<RealBytes> realBytes() {
    return Optional.ofNullable(realBytes);
  }

  // ---- the run

  public RunResult run() {
    long started = World.cpuNanos();
    remember();
    try {
      live();
    } catch (UncheckedIOException e) {
      throw e; // the trace cannot be written
    } catch (RuntimeException | StackOverflowError | AssertionError bug) {
      // The code is broken, whether it found out by itself or not: the run stops.
      world.violated("BUG", inWords(bug));
    } finally {
      Shortcuts.stop();
    }
    if (realBytes != null && !world.isBroken() && isThorough()) {
      realBytes.askOutsiders();
    }
    recorder.sample();
    return result((World.cpuNanos() - started) / 1_000_000);
  }

  /** What was thrown, and where. */
  public static String inWords(Throwable bug) {
    StackTraceElement[] where = bug.getStackTrace();
    return bug + (where.length > 0 ? " at " + where[0] : "");
  }

  private boolean isThorough() {
    return Math.floorMod(plan.seed(), THOROUGH_ONE_IN) == 0;
  }

  /** From the first key that is made on: what is made of which randomness is noted, too. */
  private void remember() {
    if (plan.everySignature()) {
      Shortcuts.stop();
    } else {
      Shortcuts.start();
    }
  }

  private void live() {
    world.weather().lossPercent = plan.lossPercent();
    faults.forEach(fault -> fault.plan(trouble));
    talkOn(new Random(random.nextLong()));
    someTurn(new Random(random.nextLong()));
    someLeak(new Random(random.nextLong()));
    long sampleEvery = Math.max(1_000, plan.millis() / MOST_SAMPLES);
    sampleOn(sampleEvery);
    while (world.now() < plan.millis() && !world.isBroken()) {
      world.timeline().runTo(Math.min(plan.millis(), world.now() + LOOK_EVERY_MILLIS));
      recorder.lookWhetherTheyAgree();
      progress.at(world, plan.millis(), world.violations().size());
    }
    recorder.neverAgreed();
    if (!world.isBroken()) {
      heal();
      converge();
    }
    if (!world.isBroken()) {
      world.finish();
    }
  }

  /** Members that keep to no rule, from some moment on. The founder stays honest. */
  private void someTurn(Random itsRandom) {
    List<Liar> liars = new ArrayList<>();
    for (int i = 0; i < plan.byzantine(); i++) {
      long at = (long) ((0.1 + 0.5 * itsRandom.nextDouble()) * plan.millis());
      world.timeline().at(at, () -> oneTurns(itsRandom, liars));
    }
  }

  /** P9: a thief copies all that a device has, once; the device renews. */
  private void someLeak(Random itsRandom) {
    long next = world.now() + 10_000 + itsRandom.nextInt(50_000);
    RealBytes all = realBytes;
    if (all == null || plan.faults().isEmpty() || next >= plan.millis()) {
      return;
    }
    world
        .timeline()
        .at(
            next,
            () -> {
              List<Node> able = world.honest();
              if (!able.isEmpty()) {
                Node one = able.get(itsRandom.nextInt(able.size()));
                world.injected("leak");
                all.eavesdropper().leak(one.peer().keying());
                one.step(new PeerInput.Renew(Optional.empty()));
              }
              someLeak(itsRandom);
            });
  }

  private void oneTurns(Random itsRandom, List<Liar> liars) {
    List<Node> able = world.honest().stream().filter(node -> node.index() > 0).toList();
    if (able.size() > 1) {
      Liar.turn(
          able.get(itsRandom.nextInt(able.size())),
          world,
          new Random(itsRandom.nextLong()),
          realBytes().map(RealBytes::eavesdropper),
          liars,
          plan.millis());
    }
  }

  private void talkOn(Random itsRandom) {
    world
        .timeline()
        .in(
            TALK_EVERY_MILLIS,
            () -> {
              List<Node> speakers =
                  world.honest().stream().filter(Node::mayTalk).filter(Node::canSend).toList();
              if (!speakers.isEmpty()) {
                Node speaker = speakers.get(itsRandom.nextInt(speakers.size()));
                List<Node> up = new ArrayList<>(world.up());
                if (up.size() > LISTENERS) {
                  java.util.Collections.shuffle(up, itsRandom);
                  up = up.subList(0, LISTENERS);
                }
                world.talk(speaker, up);
              }
              talkOn(itsRandom);
            });
  }

  private void sampleOn(long every) {
    world
        .timeline()
        .in(
            every,
            () -> {
              recorder.sample();
              sampleOn(every);
            });
  }

  // ---- the end

  private void heal() {
    world.trace().say(world.now(), "all is healed");
    faults.forEach(fault -> fault.end(trouble));
    world.topology().mendAll();
    world.weather().lossPercent = plan.lossPercent();
    world.setDatesRight();
    for (Node node : List.copyOf(world.nodes())) {
      if (node.isUp()) {
        node.slow(1);
        node.goOn();
      }
    }
    boolean liarsStay = Math.floorMod(plan.seed(), LIARS_STAY_ONE_IN) == 1;
    for (Node node : List.copyOf(world.nodes())) {
      if (node.isByzantine() && !liarsStay) {
        node.crash();
      }
    }
  }

  /** L1, L2, L3. */
  private void converge() {
    long healedAt = world.now();
    long deadline = healedAt + CONVERGE_MILLIS;
    Optional<String> lacking = whatIsLacking();
    while (lacking.isPresent() && world.now() < deadline && !world.isBroken()) {
      world.timeline().runTo(world.now() + LOOK_EVERY_MILLIS);
      progress.at(world, deadline, world.violations().size());
      lacking = whatIsLacking();
    }
    if (world.isBroken()) {
      return;
    }
    if (lacking.isPresent() && isNobodyInByAllThatIsKnown()) {
      world.trace().say(world.now(), "sides put each other out");
      lacking = whatTheSidesLack();
      if (lacking.isEmpty()) {
        isApart = true;
        return;
      }
    }
    if (lacking.isPresent()) {
      recorder.healed(Heal.ALL, healedAt, -1);
      world.violated("L2", "30 s after all was healed " + lacking.get());
      return;
    }
    long latest =
        plan.byzantine() > 0 ? deadline : Math.min(deadline, world.now() + UNDERSTAND_MILLIS);
    Optional<String> deaf = allUnderstandEachOther();
    while (deaf.isPresent() && world.now() < latest && !world.isBroken()) {
      world.timeline().runTo(world.now() + LOOK_EVERY_MILLIS);
      deaf = allUnderstandEachOther();
    }
    recorder.healed(Heal.ALL, healedAt, deaf.isPresent() ? -1 : world.now() - healedAt);
    deaf.ifPresent(what -> world.violated("L3", what));
    // And stay so: who lags behind by a grace period shows now. Somebody's old stay may end
    // meanwhile, and be rekeyed for: so it is looked again, as long as there is time to agree.
    world.timeline().runTo(world.now() + UNDERSTAND_MILLIS);
    deaf = allUnderstandEachOther();
    while (deaf.isPresent() && world.now() < deadline && !world.isBroken()) {
      world.timeline().runTo(world.now() + LOOK_EVERY_MILLIS);
      deaf = allUnderstandEachOther();
    }
    deaf.ifPresent(what -> world.violated("L3", what));
  }

  /** Who is to agree with whom: all that run, and were not put out. */
  private List<Node> theRest() {
    return world.nodes().stream()
        .filter(node -> node.isUp() && !node.isByzantine() && node.mayTalk())
        .filter(node -> node.status().state() != Effect.State.OUT)
        .filter(node -> node.isMember() || !(crowd.isExpelled(node) || isBarred(node)))
        .toList();
  }

  /** Liars that have the right put out whom they like: nobody lets that device in again. */
  private boolean isBarred(Node node) {
    return world.honest().stream()
        .anyMatch(other -> other.peer().keying().ledger().isBarred(other.known(), node.device()));
  }

  /** What still keeps them from having converged, in words. */
  private Optional<String> whatIsLacking() {
    List<Node> rest = theRest();
    if (rest.stream().noneMatch(Node::isMember)) {
      return Optional.empty(); // all have left: nobody is there to let anybody in
    }
    List<FactId> heads = null;
    for (Node node : rest) {
      if (!node.isMember()) {
        return Optional.of(node + " is not let in: " + node.status());
      }
      if (heads != null && !node.known().heads().equals(heads)) {
        return Optional.of(node + " and " + rest.get(0) + " know different facts");
      }
      heads = node.known().heads();
    }
    return haveOneEpoch(rest);
  }

  private static Optional<String> haveOneEpoch(List<Node> some) {
    for (Node node : some) {
      if (!node.canSend()) {
        return Optional.of(node + " may not send: " + node.status());
      }
      if (!node.peer().keying().sendingEpoch().equals(some.get(0).peer().keying().sendingEpoch())) {
        return Optional.of(node + " and " + some.get(0) + " send under different epochs");
      }
    }
    return Optional.empty();
  }

  /**
   * Whether those who run put each other out, and whom the others let in with it, so that none of
   * them is in by what all of them know together. Then nobody is there whose word opens another's
   * door, but liars: there is no group left to agree, and each side goes on by itself until people
   * meet anew. Where one is in, all others must come to hear of it, be it that they are out.
   *
   * <p>By the letter of section 5, not by the product's own reckoning; where the group is too large
   * for that, by each one's.
   */
  private boolean isNobodyInByAllThatIsKnown() {
    List<Node> rest = theRest().stream().filter(Node::isMember).toList();
    if (realBytes != null) {
      List<GroupState> states = rest.stream().map(Node::known).toList();
      return rest.stream()
          .noneMatch(each -> realBytes.eavesdropper().isMemberOfAll(states, each.member()));
    }
    List<FactId> all = rest.stream().flatMap(each -> each.known().heads().stream()).toList();
    for (Node node : rest) {
      Ledger ledger = node.peer().keying().ledger();
      if (!ledger.knowsAll(all)
          || rest.stream()
              .anyMatch(each -> ledger.join(ledger.known(all)).isMember(each.member()))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Who knows the same facts is a side. All whom it counts as in are of it, if they run, and agree;
   * and at no door of it waits a word of somebody who is in as it would be with that word.
   */
  private Optional<String> whatTheSidesLack() {
    List<Node> rest = theRest().stream().filter(Node::isMember).toList();
    for (Node node : rest) {
      Ledger ledger = node.peer().keying().ledger();
      List<Node> side =
          rest.stream().filter(each -> each.known().heads().equals(node.known().heads())).toList();
      for (Node other : rest) {
        if (node.known().isMember(other.member()) && !side.contains(other)) {
          return Optional.of(node + " counts on " + other + ", which knows different facts");
        }
        for (Known head : ledger.known(other.known().heads())) {
          for (Known fact : ledger.lacking(node.known(), head)) {
            GroupState with = ledger.union(node.known(), fact);
            if (with.isMember(fact.author()) && !with.isFaulty(fact.author())) {
              return Optional.of(node + " keeps out " + fact + ", whose author is in with it");
            }
          }
        }
      }
      Optional<String> apart =
          haveOneEpoch(side).or(() -> allUnderstandEachOther(new ArrayList<>(side)));
      if (apart.isPresent()) {
        return apart;
      }
    }
    return Optional.empty();
  }

  private Optional<String> allUnderstandEachOther() {
    return allUnderstandEachOther(
        new ArrayList<>(theRest().stream().filter(Node::isMember).toList()));
  }

  private Optional<String> allUnderstandEachOther(List<Node> rest) {
    java.util.Collections.shuffle(rest, random);
    List<Node> some = rest.size() > LISTENERS ? rest.subList(0, LISTENERS) : rest;
    for (Node sender : some) {
      Optional<Frame> frame = world.sealed(sender);
      if (frame.isEmpty()) {
        return Optional.of(sender + " may not send: " + sender.status());
      }
      for (Node reader : some) {
        if (reader != sender && !world.understands(reader, frame.get())) {
          return Optional.of(reader + " does not open a fresh frame of " + sender);
        }
      }
    }
    return Optional.empty();
  }

  // ---- what is left

  private RunResult result(long cpuMillis) {
    World.Traffic traffic = world.traffic();
    List<Injected> injected = new ArrayList<>();
    for (Fault fault : faults) {
      injected.add(
          new Injected(
              fault.name(), world.injected().getOrDefault(fault.name(), 0L), fault.source()));
    }
    if (plan.byzantine() > 0) {
      injected.add(
          new Injected(
              "byzantine",
              world.injected().getOrDefault("byzantine", 0L),
              "protocol, property P10; tricks as in package byzantine"));
    }
    world
        .injected()
        .forEach(
            (name, times) -> {
              if (name.startsWith(Injected.TRICK)) {
                injected.add(new Injected(name, times, "protocol, property P10"));
              }
            });
    if (isApart) {
      injected.add(new Injected(Injected.APART, 1, "protocol, section 5"));
    }
    long facts = world.members().stream().mapToInt(node -> node.known().count()).max().orElse(0);
    return new RunResult(
        plan,
        world.trace().hash(),
        world.steps(),
        world.violations(),
        recorder.series(),
        recorder.events(),
        recorder.changes(),
        recorder.expulsions(),
        recorder.heals(),
        injected,
        recorder.slots(),
        realBytes == null ? List.of() : realBytes.collusion(),
        new Totals(
            recorder.admitted(),
            recorder.left(),
            recorder.expelled(),
            recorder.registeredAgain(),
            recorder.rekeys(),
            (int) facts,
            traffic.messages(),
            traffic.bytes(),
            world.deliveries(),
            recorder.coverLines(),
            realBytes == null ? 0 : realBytes.checked(),
            world.framesSealed(),
            world.framesOpened(),
            world.framesOpenedLate(),
            cpuMillis));
  }
}
