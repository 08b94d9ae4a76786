package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Leave;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who is to go with the next Rekey, and the words of others that give the right to it. */
final class Pending {
  /** Those that know the same facts beside each other: then a Rekey has room for more of them. */
  private static final Comparator<Leave> BY_HEADS =
      (one, other) ->
          Arrays.compare(
              one.header().heads().toArray(FactId[]::new),
              other.header().heads().toArray(FactId[]::new));

  private final Core core;
  private final Syncing syncing;
  private final Repeating repeating;
  private final Approvals approvals;
  private final Map<MemberId, Leave> leaves = new TreeMap<>();
  private final Map<MemberId, Map<MemberId, Approval>> suspensions = new TreeMap<>();

  /** Whose facts are out of order, in the state that was looked at last: for good. */
  private final SortedSet<MemberId> faulty = new TreeSet<>();

  private GroupState looked = GroupState.nothing();

  /** Which leaves a Rekey on this state could carry: at each step it is asked again of each. */
  private GroupState carriedIn = GroupState.nothing();

  private final Map<MemberId, Carried> carried = new TreeMap<>();

  private record Carried(Leave leave, boolean may) {}

  /** Who is to go follows from these. It is asked at each step, and mostly they are the same. */
  private record Grounds(
      GroupState state, GroupState signing, List<MemberId> caught, List<Target.Faulty> faults) {}

  private @Nullable Grounds grounds;

  private SortedSet<MemberId> going = Collections.emptySortedSet();

  private final Knew knew;

  Pending(Core core, Syncing syncing, Repeating repeating, Approvals approvals) {
    this.core = core;
    this.syncing = syncing;
    this.repeating = repeating;
    this.approvals = approvals;
    this.knew = new Knew(core);
  }

  /** Facts were taken. */
  void changed(GroupState state) {
    knew.note(state);
  }

  // ---- who leaves

  /** This device's own word that a stay of its is over: repeated until a Rekey carries it. */
  void say(Leave leave) {
    MemberId leaver = leave.header().author();
    Leave had = leaves.get(leaver);
    if (had == null || !had.stay().equals(leave.stay())) {
      keep(leave);
      repeating.sayForGood(EvidenceCodec.encode(leave), () -> core.state().isMember(leaver));
    }
  }

  void heard(Bytes from, Leave leave) {
    MemberId leaver = leave.header().author();
    boolean signed =
        core.state().count() > 0
            && core.state().person(leaver).isPresent()
            && leave.header().group().equals(core.group)
            && core.verifier.holds(
                leave, core.state().person(leaver).orElseThrow().request().key());
    if (signed && core.state().isMember(leaver)) {
      if (isToBeKept(leave)) {
        keep(leave);
        // Who leaves may be gone at once; those who heard it see to it that enough have.
        repeating.carry(EvidenceCodec.encode(leave), () -> core.state().isMember(leaver));
      }
      List<FactId> unknown =
          leave.header().heads().stream().filter(id -> !core.membership.has(id)).toList();
      syncing.askFor(
          unknown, List.of(), message -> core.out.add(new Effect.ToAddress(from, message)));
    }
  }

  private void keep(Leave leave) {
    Leave had = leaves.put(leave.header().author(), leave);
    if (had == null && mayCarry(leave)) {
      // Where hundreds leave at once, not all of them are looked at once more for each.
      going = new TreeSet<>(going);
      going.add(leave.header().author());
    } else if (!leave.equals(had)) {
      grounds = null;
    }
  }

  /** Of several by one leaver the first, unless no Rekey can carry that. */
  private boolean isToBeKept(Leave leave) {
    Leave had = leaves.get(leave.header().author());
    return had == null || had.equals(leave) || (mayCarry(leave) && !mayCarry(had));
  }

  /** Whether a Rekey of this peer's would be valid with it: else it stops all the others too. */
  private boolean mayCarry(Leave leave) {
    GroupState state = core.signingState();
    if (carriedIn != state) {
      carriedIn = state;
      carried.clear();
    }
    MemberId leaver = leave.header().author();
    Carried had = carried.get(leaver);
    if (had == null || !had.leave.equals(leave)) {
      Target.Left left = new Target.Left(leave);
      had = new Carried(leave, core.ledger.mayTarget(state, core.self.member(), left));
      carried.put(leaver, had);
    }
    return had.may;
  }

  /** Whether this peer said that it goes: then it makes no keys for those who stay. */
  boolean isLeaving() {
    return leaves.containsKey(core.self.member());
  }

  /**
   * Whether this peer goes and nobody stays, so that no Rekey will ever end its stay; and whoever
   * else is in had the chance to hear it. Who did not would wait for that Rekey in vain.
   */
  boolean isEverybodyLeaving() {
    Leave own = leaves.get(core.self.member());
    return own != null
        && core.isMember()
        && core.state().members().stream().allMatch(person -> leaves.containsKey(person.id()))
        && (core.state().memberCount() == 1 || !repeating.isYetToSay(EvidenceCodec.encode(own)));
  }

  // ---- what others approve of

  void heard(Approval approval) {
    if (core.state().count() == 0) {
      return;
    }
    Optional<Person> speaker = core.state().person(approval.header().author());
    if (speaker.isEmpty()
        || !core.state().isMember(speaker.get().id())
        || !approval.header().group().equals(core.group)
        || !core.verifier.holds(approval, speaker.get().request().key())) {
      return;
    }
    if (approvals.isOfAnotherTime(approval)) {
      core.ignored("a word about a device from before it was put out last, played back");
      return;
    }
    approvals.heard(approval, speaker.get());
    if (approval.action() == Approval.Action.ADMIT || approval.action() == Approval.Action.EXPEL) {
      core.out.add(new Effect.Approved(speaker.get().id(), approval));
    }
    if (approval.action() == Approval.Action.SUSPEND) {
      heardSuspension(approval, speaker.get().id());
    }
  }

  /** What watchers say of each other's silent wards, the last word of each watcher. */
  private void heardSuspension(Approval approval, MemberId speaker) {
    MemberId target = new MemberId(approval.subject());
    if (!knew.isOfLate(approval.header().heads())) {
      core.ignored("a word about a silent member that is old");
      return;
    }
    if (core.state().isMember(target)
        && (suspensions.containsKey(target) || suspensions.size() < Limits.REKEY_TARGETS)) {
      suspensions.computeIfAbsent(target, t -> new TreeMap<>()).put(speaker, approval);
      core.out.add(new Effect.Seconded(target, speaker));
    }
  }

  Optional<Approval> ownSuspension(MemberId target) {
    return core.state()
        .newestStay(target)
        .map(
            stay ->
                core.self
                    .writer()
                    .approve(
                        core.signingState().heads(),
                        Approval.Action.SUSPEND,
                        target.hash(),
                        stay.id().hash()));
  }

  /** A suspension that another watcher's word about the stay of now supports. */
  Optional<Target> suspension(MemberId target) {
    Stay stay = core.state().newestStay(target).orElse(null);
    if (stay == null) {
      return Optional.empty();
    }
    for (Approval word : suspensions.getOrDefault(target, Map.of()).values()) {
      Target.Absent absent = new Target.Absent(target, stay.id(), word);
      if (knew.isOfLate(word.header().heads())
          && core.ledger.mayTarget(core.state(), core.self.member(), absent)) {
        return Optional.of(absent);
      }
    }
    return Optional.empty();
  }

  /** The devices this peer approved to expel, and by now may. */
  List<Target.Expelled> possibleExpulsions() {
    List<Target.Expelled> possible = new ArrayList<>();
    for (Fingerprint device : approvals.ownExpulsions()) {
      Target.Expelled expulsion = expulsion(device);
      if (core.ledger.mayTarget(core.state(), core.self.member(), expulsion)) {
        possible.add(expulsion);
      }
    }
    return possible;
  }

  /** The approvals of the others, for a Rekey of our own. */
  Target.Expelled expulsion(Fingerprint device) {
    return new Target.Expelled(device, approvals.ofOthers(Approval.Action.EXPEL, device.hash()));
  }

  // ---- who is to go

  /** Leaves heard, and liars caught: what a Rekey that is owed anyway takes along. */
  List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    mayLeave().sorted(BY_HEADS).forEach(leave -> targets.add(new Target.Left(leave)));
    targets.addAll(lies());
    return targets.size() > Limits.REKEY_TARGETS
        ? targets.subList(0, Limits.REKEY_TARGETS)
        : targets;
  }

  /** All of them by name, of which several may be about one. */
  SortedSet<MemberId> going() {
    Grounds now =
        new Grounds(
            core.state(),
            core.signingState(),
            List.copyOf(core.membership.caught()),
            core.credentials.faults());
    if (!now.equals(grounds)) {
      grounds = now;
      going = named();
    }
    return going;
  }

  private SortedSet<MemberId> named() {
    SortedSet<MemberId> named = new TreeSet<>();
    mayLeave().forEach(leave -> named.add(leave.header().author()));
    for (Target.Faulty lie : lies()) {
      named.add(lie.member());
      if (lie.proof() instanceof FaultProof.BadCredential bad) {
        named.add(bad.row());
      }
    }
    return named.isEmpty() ? Collections.emptySortedSet() : named;
  }

  private Stream<Leave> mayLeave() {
    GroupState state = core.state();
    leaves.keySet().removeIf(member -> !state.isMember(member));
    suspensions.keySet().removeIf(member -> !state.isMember(member));
    return leaves.values().stream().filter(this::mayCarry);
  }

  private List<Target.Faulty> lies() {
    GroupState state = core.state();
    faulty.addAll(state.newlyFaulty(looked));
    looked = state;
    List<Target.Faulty> lies = new ArrayList<>();
    SortedSet<MemberId> liars = new TreeSet<>(faulty);
    liars.addAll(core.membership.caught());
    for (MemberId liar : liars) {
      if (state.isMember(liar) && isAnothers(liar)) {
        (faulty.contains(liar) ? proof(liar) : core.membership.proofAgainst(liar))
            .ifPresent(proof -> lies.add(new Target.Faulty(liar, proof)));
      }
    }
    lies.addAll(core.credentials.faults());
    return lies;
  }

  /** Nobody targets itself or its own device. */
  private boolean isAnothers(MemberId member) {
    return core.state()
        .person(member)
        .map(person -> !person.device().equals(core.self.device))
        .orElse(false);
  }

  /** Two of its facts, neither of which knew the other. */
  private Optional<FaultProof.OutOfOrder> proof(MemberId liar) {
    List<Known> tips = core.state().tipsOf(liar);
    return tips.size() < 2
        ? Optional.empty()
        : Optional.of(
            new FaultProof.OutOfOrder(tips.get(0).signedHeader(), tips.get(1).signedHeader()));
  }
}
