package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What members approve of: that somebody is let in, put out or pardoned. Each who wants it says so
 * to all; whoever sees enough of it, and wants it too, makes the fact that carries their words.
 */
final class Approvals {
  private final Core core;
  private final Syncing syncing;
  private final Repeating repeating;

  /** Of each speaker the last word. */
  private final Map<Act, Map<MemberId, Approval>> words = new LinkedHashMap<>();

  /** What may be approved: to do something to a member or device. */
  private record Act(Approval.Action action, Hash32 subject) {}

  Approvals(Core core, Syncing syncing, Repeating repeating) {
    this.core = core;
    this.syncing = syncing;
    this.repeating = repeating;
  }

  /** This peer approves, and tells the others. */
  void approve(Approval.Action action, Hash32 subject) {
    Approval own =
        core.self.writer().approve(core.signingState().heads(), action, subject, Hash32.ZERO);
    put(own, core.self.member());
    Bytes word = EvidenceCodec.encode(own);
    if (action == Approval.Action.EXPEL) {
      // Two on different sides of a partition may want the same: it may last longer than repeats.
      repeating.sayForGood(word, () -> matters(own));
    } else {
      repeating.say(word, () -> matters(own));
    }
  }

  /** Somebody did not hear it, and asks again. */
  void sayAgain(Approval.Action action, Hash32 subject) {
    Approval own = of(action, subject).get(core.self.member());
    if (own != null) {
      core.multicast(EvidenceCodec.encode(own));
    }
  }

  /** Another's word. It counts once its speaker's credential is at hand. */
  void heard(Approval approval, Person speaker) {
    for (Stay stay : core.state().liveStays(speaker.id())) {
      if (core.blobs.get(stay.credential()).isEmpty()) {
        syncing.fetchBlob(speaker.id(), stay.credential());
      }
    }
    if (matters(approval)) {
      put(approval, speaker.id());
    }
  }

  private void put(Approval approval, MemberId speaker) {
    Act act = new Act(approval.action(), approval.subject());
    Map<MemberId, Approval> known = words.computeIfAbsent(act, a -> new TreeMap<>());
    if (known.size() == Limits.APPROVALS && !known.containsKey(speaker)) {
      // Who is out counts no longer, and takes nobody's place.
      known.keySet().removeIf(member -> !core.state().isMember(member));
    }
    if (known.size() < Limits.APPROVALS || known.containsKey(speaker)) {
      boolean isNew = known.put(speaker, approval) == null;
      if (isNew) {
        core.out.add(
            new Effect.Approvals(
                act.action, act.subject, List.copyOf(known.keySet()), needed(act.action)));
      }
    }
    while (words.size() > Limits.APPROVED_ACTS) {
      forgetOne();
    }
  }

  /** Anybody who is in may approve of anything, so whoever approves of most gives way. */
  private void forgetOne() {
    Map<MemberId, Integer> counts = new TreeMap<>();
    words
        .values()
        .forEach(said -> said.keySet().forEach(member -> counts.merge(member, 1, Integer::sum)));
    counts.remove(core.self.member());
    Optional<MemberId> most =
        counts.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    Act oldest =
        words.entrySet().stream()
            .filter(each -> most.isEmpty() || each.getValue().containsKey(most.get()))
            .findFirst()
            .orElseThrow()
            .getKey();
    Map<MemberId, Approval> its = words.getOrDefault(oldest, Map.of());
    most.ifPresent(its::remove);
    if (most.isEmpty() || its.isEmpty()) {
      words.remove(oldest);
    }
  }

  boolean has(Approval.Action action, Hash32 subject) {
    return of(action, subject).containsKey(core.self.member());
  }

  /** The words of the others that this peer's past covers, for a fact of its own. */
  List<Approval> ofOthers(Approval.Action action, Hash32 subject) {
    List<Approval> others = new ArrayList<>();
    of(action, subject)
        .forEach(
            (member, word) -> {
              if (!member.equals(core.self.member()) && isCovered(word.header().heads())) {
                others.add(word);
              }
            });
    return List.copyOf(others);
  }

  private boolean isCovered(List<FactId> heads) {
    return heads.stream().allMatch(core.membership::has);
  }

  private Map<MemberId, Approval> of(Approval.Action action, Hash32 subject) {
    return words.getOrDefault(new Act(action, subject), Map.of());
  }

  /** The devices this peer approved to put out. */
  List<Fingerprint> ownExpulsions() {
    List<Fingerprint> devices = new ArrayList<>();
    words.forEach(
        (act, said) -> {
          if (act.action == Approval.Action.EXPEL && said.containsKey(core.self.member())) {
            devices.add(new Fingerprint(act.subject));
          }
        });
    return devices;
  }

  /** What is done, or cannot be done any more, is forgotten. */
  void review() {
    words.values().forEach(said -> said.values().removeIf(this::isOfAnotherTime));
    words.values().removeIf(said -> said.values().stream().noneMatch(word -> matters(word)));
  }

  /**
   * Such a word gives no right in a fact, so it must move nobody either: whoever wants the same
   * would give a fresh word of its own because of it. Nor may it take the place of a later one.
   */
  boolean isOfAnotherTime(Approval word) {
    return switch (word.action()) {
      case ADMIT, SUSPEND -> false;
      case EXPEL, PARDON ->
          !core.ledger.knewEveryExpulsionOf(
              core.state(), new Fingerprint(word.subject()), word.header().heads());
    };
  }

  private boolean matters(Approval word) {
    GroupState state = core.state();
    Fingerprint device = new Fingerprint(word.subject());
    return switch (word.action()) {
      case ADMIT -> state.person(new MemberId(word.subject())).isEmpty();
      case EXPEL -> isIn(state, device);
      case PARDON -> core.ledger.isBarred(state, device) && !isIn(state, device);
      case SUSPEND -> false;
    };
  }

  private static boolean isIn(GroupState state, Fingerprint device) {
    return !state.membersOf(device).isEmpty();
  }

  /** How many devices must want it, whoever has no role for it. */
  private int needed(Approval.Action action) {
    GroupState state = core.state();
    Rights rights = state.found().rights();
    if (action == Approval.Action.ADMIT) {
      TreeSet<Fingerprint> devices = new TreeSet<>();
      state.members().forEach(person -> devices.add(person.device()));
      int asked = rights.admit() instanceof Rights.WithApprovals with ? with.count() : 1;
      return Math.min(asked, devices.size());
    }
    return Math.max(Rights.DEFAULT_EXPEL_APPROVALS, rights.expelApprovals());
  }
}
