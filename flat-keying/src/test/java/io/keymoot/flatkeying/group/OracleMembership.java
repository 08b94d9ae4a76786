package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.fact.Verification;
import io.keymoot.flatkeying.group.SectionFiveOracle.Switch;
import io.keymoot.flatkeying.group.SectionFiveOracle.Vouch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** A peer that goes by the oracle: it computes everything anew whenever something arrives. */
final class OracleMembership implements MembershipUnderTest {
  private final SectionFiveOracle oracle;
  private final FactVerifier verifier;
  private final boolean looksAtSignatures;
  private final List<Envelope> withoutParents = new ArrayList<>();
  private final SortedSet<FactId> badlySigned = new TreeSet<>();
  private final List<Header> heartbeats = new ArrayList<>();
  private BitSet taken = new BitSet();

  OracleMembership(Terms terms, Set<Switch> off) {
    verifier = terms.scribe().verifier();
    looksAtSignatures = !off.contains(Switch.SIGNED);
    oracle =
        new SectionFiveOracle(
            terms.credentials(), terms.credentials(), terms.membersDigest(), terms.scribe(), off);
  }

  @Override
  public void offer(Envelope fact) {
    if (!oracle.has(fact.id())) {
      withoutParents.add(fact);
      while (placeOne()) {
        takeWhatMayBe();
      }
    }
  }

  private boolean placeOne() {
    for (Iterator<Envelope> each = withoutParents.iterator(); each.hasNext(); ) {
      Envelope fact = each.next();
      if (oracle.canAdd(fact)) {
        each.remove();
        if (isSigned(fact)) {
          oracle.add(fact);
        } else {
          badlySigned.add(fact.id());
        }
        return true;
      }
    }
    return false;
  }

  private boolean isSigned(Envelope fact) {
    if (!looksAtSignatures) {
      return true;
    }
    if (fact.fact() instanceof Found) {
      return verifier.verifyFound(fact) instanceof Verification.Accepted;
    }
    BitSet past = oracle.closure(fact.header().heads()).orElseThrow();
    return past.stream().anyMatch(m -> !oracle.isValid(m))
        || oracle
            .key(fact.header().author(), past)
            .map(key -> verifier.verify(fact, key) instanceof Verification.Accepted)
            .orElse(true);
  }

  @Override
  public void hear(SignedHeader heartbeat) {
    heartbeats.add(heartbeat.header());
    takeWhatMayBe();
  }

  @Override
  public void credentialFetched() {
    takeWhatMayBe();
  }

  private void takeWhatMayBe() {
    BitSet atHand = new BitSet();
    atHand.set(0, oracle.size());
    List<Vouch> vouches =
        heartbeats.stream().map(beat -> new Vouch(beat.author(), beat.heads())).toList();
    taken = oracle.closedDoor(taken, atHand, vouches, convicted());
  }

  private SortedSet<MemberId> convicted() {
    SortedSet<MemberId> convicted = new TreeSet<>();
    List<Header> known =
        heartbeats.stream().filter(beat -> oracle.closure(beat.heads()).isPresent()).toList();
    for (Header one : known) {
      for (Header other : known) {
        if (one.author().equals(other.author())
            && !oracle.covers(one, other)
            && !oracle.covers(other, one)) {
          convicted.add(one.author());
        }
      }
    }
    return convicted;
  }

  @Override
  public SortedSet<FactId> taken() {
    return oracle.ids(taken);
  }

  @Override
  public SortedSet<FactId> waiting() {
    SortedSet<FactId> waiting = new TreeSet<>();
    withoutParents.forEach(fact -> waiting.add(fact.id()));
    for (int m = 0; m < oracle.size(); m++) {
      if (!taken.get(m) && !(oracle.validity(m) instanceof SectionFiveOracle.Invalid)) {
        waiting.add(oracle.id(m));
      }
    }
    return waiting;
  }

  @Override
  public Optional<String> refusal(FactId fact) {
    if (badlySigned.contains(fact)) {
      return Optional.of("BAD_SIGNATURE");
    }
    return oracle.has(fact)
            && oracle.validity(oracle.number(fact)) instanceof SectionFiveOracle.Invalid(var rule)
        ? Optional.of(rule.name())
        : Optional.empty();
  }

  @Override
  public SortedSet<MemberId> members() {
    return oracle.members(taken);
  }

  @Override
  public SortedSet<StayId> over() {
    return oracle.overIds(taken);
  }

  @Override
  public SortedSet<MemberId> faulty() {
    return oracle.faults(taken);
  }

  @Override
  public SortedSet<FactId> clean() {
    return oracle.clean(taken);
  }

  @Override
  public SortedSet<FactId> usable() {
    return oracle.usable(taken);
  }

  @Override
  public int revision(FactId epoch) {
    return oracle.revision(epoch, taken);
  }

  @Override
  public List<FactId> heads() {
    return oracle.heads(taken);
  }
}
