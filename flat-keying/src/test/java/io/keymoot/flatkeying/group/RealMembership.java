package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.fact.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The product's own {@link Membership}, for the scenarios. */
final class RealMembership implements MembershipUnderTest {
  private final Membership membership;
  private final Map<FactId, Envelope> offered = new LinkedHashMap<>();
  private final Map<FactId, Refusal> refused = new LinkedHashMap<>();

  RealMembership(Terms terms) {
    this(terms, Lore.ofOne());
  }

  RealMembership(Terms terms, Lore lore) {
    membership =
        Membership.of(
            new Ledger(
                terms.group(),
                terms.credentials(),
                terms.credentials(),
                terms.scribe().verifier(),
                lore));
  }

  @Override
  public void offer(Envelope fact) {
    offered.put(fact.id(), fact);
    note(membership.offer(fact, "scenario"));
  }

  @Override
  public void hear(SignedHeader heartbeat) {
    note(membership.hear(heartbeat));
  }

  @Override
  public void credentialFetched() {
    note(membership.credentialKnown());
  }

  private void note(Membership.Learnt learnt) {
    learnt.refused().forEach(each -> refused.put(each.fact(), each.why()));
  }

  @Override
  public SortedSet<FactId> taken() {
    SortedSet<FactId> taken = new TreeSet<>(offered.keySet());
    taken.removeIf(id -> !membership.has(id));
    return taken;
  }

  @Override
  public SortedSet<FactId> waiting() {
    SortedSet<FactId> waiting = new TreeSet<>(offered.keySet());
    waiting.removeIf(id -> membership.has(id) || refused.containsKey(id));
    return waiting;
  }

  @Override
  public Optional<String> refusal(FactId fact) {
    Refusal why = refused.get(fact);
    return why == null || membership.has(fact)
        ? Optional.empty()
        : Optional.of(rule(why, Objects.requireNonNull(offered.get(fact))));
  }

  /**
   * The rule by the oracle's name. Where the product says more finely why, the fact tells the rule.
   */
  private static String rule(Refusal why, Envelope fact) {
    return switch (why) {
      case OTHER_GROUP, SECOND_FOUND -> "GROUP";
      case PARENT_REFUSED -> "PARENTS";
      case AUTHOR_NOT_A_MEMBER -> fact.fact() instanceof Here ? "HERE" : "AUTHOR";
      case BAD_SIGNATURE -> "BAD_SIGNATURE";
      case NO_STAY_TO_RETURN_TO -> "HERE";
      case NO_RIGHT_TO_ADMIT -> "RIGHT_TO_ADMIT";
      case REQUEST_REPLACED, MEMBER_IS_IN -> "ROW";
      case PREV_IS_NO_EPOCH_OF_ITS_PAST -> "PREV";
      case TARGETS_ITSELF -> "TARGETS_ITSELF";
      case LEAVE_NOT_SIGNED -> "LEFT";
      case NO_RIGHT_TO_EXPEL -> "EXPELLED";
      case NOT_TWO_WATCHERS, TWO_SUSPEND_NOBODY -> "ABSENT";
      case PROOF_DOES_NOT_HOLD -> "FAULTY";
      case FALSE_MEMBERS_DIGEST -> "MEMBERS_DIGEST";
      case SLOT_NOT_HELD -> "SLOTS";
      case TARGET_UNKNOWN, EVIDENCE_FROM_THE_FUTURE, CREDENTIAL_REFUSED -> ruleOfTarget(fact);
    };
  }

  private static String ruleOfTarget(Envelope fact) {
    if (!(fact.fact() instanceof Rekey rekey)) {
      return "RIGHT_TO_ADMIT";
    }
    return switch (rekey.targets().get(0)) {
      case Target.Left left -> "LEFT";
      case Target.Expelled expelled -> "EXPELLED";
      case Target.Absent absent -> "ABSENT";
      case Target.Faulty faulty -> "FAULTY";
    };
  }

  @Override
  public SortedSet<MemberId> members() {
    SortedSet<MemberId> members = new TreeSet<>();
    membership.state().members().forEach(person -> members.add(person.id()));
    return members;
  }

  @Override
  public SortedSet<StayId> over() {
    SortedSet<StayId> over = new TreeSet<>();
    membership.state().over().forEach(stay -> over.add(stay.id()));
    return over;
  }

  @Override
  public SortedSet<MemberId> faulty() {
    SortedSet<MemberId> faulty = new TreeSet<>();
    offered.values().stream()
        .map(fact -> fact.header().author())
        .filter(author -> membership.state().isFaulty(author))
        .forEach(faulty::add);
    return faulty;
  }

  @Override
  public SortedSet<FactId> clean() {
    SortedSet<FactId> clean = new TreeSet<>();
    for (FactId id : taken()) {
      Known fact = membership.ledger().get(id);
      if (fact != null
          && fact.fact() instanceof Rekey
          && membership.ledger().isClean(membership.state(), fact)) {
        clean.add(id);
      }
    }
    return clean;
  }

  @Override
  public SortedSet<FactId> usable() {
    SortedSet<FactId> usable = new TreeSet<>();
    membership.state().usable().forEach(epoch -> usable.add(epoch.id()));
    return usable;
  }

  @Override
  public int revision(FactId epoch) {
    return membership.state().revision(epoch);
  }

  @Override
  public List<FactId> heads() {
    return membership.state().heads();
  }
}
