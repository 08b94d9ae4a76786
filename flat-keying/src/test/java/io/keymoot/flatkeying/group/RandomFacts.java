package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.fact.Suite;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.SectionFiveOracle.Stay;
import io.keymoot.flatkeying.group.SectionFiveOracle.Vouch;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Tells a random story of a group, the same for the same seed: honest members who act on what each
 * of them has learnt, and hostile ones who put their facts wherever they like in the graph, let
 * each other in, use other people's requests and words again, and claim what is not so.
 *
 * <p>The teller knows everything, by an oracle of its own; its people know their own views. Drafts,
 * made to learn a digest or to see whether an honest act would be right, stay in the oracle's
 * universe and out of the story.
 *
 * <p>Long because it is a list: each thing that somebody may do is one method.
 */
final class RandomFacts {

  /**
   * @param facts in the order in which they were made, so parents first; valid ones and others
   * @param heartbeats who vouches for what at the end: the views of the honest, and noise
   * @param scribe who wrote it, and has checked some of the signatures already
   * @param honest the members that never broke a rule
   */
  record Story(
      List<Envelope> facts,
      List<SignedHeader> heartbeats,
      Credentials credentials,
      Scribe scribe,
      SortedSet<MemberId> honest) {

    List<Vouch> vouches() {
      return heartbeats.stream()
          .map(beat -> new Vouch(beat.header().author(), beat.header().heads()))
          .toList();
    }
  }

  private static final String HOST = "host";
  private static final GroupId ANOTHER_GROUP =
      new GroupId(Hash32.sha256("another group".getBytes(StandardCharsets.US_ASCII)));
  private static final Bytes NO_SIGNATURE = Bytes.owning(new byte[64]);

  private static final class Person {
    final Scribe.Device device;
    final SignedJoinRequest row;
    final Hash32 credential;
    final boolean hostile;
    final List<SignedHeader> statements = new ArrayList<>();
    BitSet view = new BitSet();
    boolean wantsOut;

    Person(Scribe.Device device, SignedJoinRequest row, boolean hostile) {
      this.device = device;
      this.row = row;
      this.credential = row.request().credential();
      this.hostile = hostile;
    }

    MemberId member() {
      return row.member();
    }

    Fingerprint fingerprint() {
      return device.fingerprint();
    }
  }

  private final Random random;
  private final Scribe scribe = new Scribe();
  private final Credentials credentials = new Credentials();
  private final SectionFiveOracle oracle;
  private final List<Person> people = new ArrayList<>();
  private final List<Integer> published = new ArrayList<>();
  private final List<Approval> oldApprovals = new ArrayList<>();
  private final List<SignedHeader> beats = new ArrayList<>();
  private GroupId group = GroupId.NONE;
  private final int malice;
  private int devices;

  private RandomFacts(long seed, Function<SortedSet<MemberId>, Hash32> membersDigest) {
    random = new Random(seed);
    malice = new int[] {0, 8, 25, 25, 40}[random.nextInt(5)];
    oracle = new SectionFiveOracle(credentials, credentials, membersDigest, scribe);
  }

  static Story tell(long seed, int facts, Function<SortedSet<MemberId>, Hash32> membersDigest) {
    RandomFacts teller = new RandomFacts(seed, membersDigest);
    teller.found();
    for (int step = 0; step < facts * 12 && teller.published.size() < facts; step++) {
      unlessMalformed(teller::step);
    }
    if (seed % 2 == 0) {
      unlessMalformed(teller::heal);
    }
    unlessMalformed(teller::bearFalseWitness);
    return teller.story();
  }

  /** The network heals: the honest learn all that any of them has, and one of them rekeys. */
  private void heal() {
    BitSet all = new BitSet();
    people.stream().filter(p -> !p.hostile).forEach(p -> all.or(p.view));
    List<Person> left = people.stream().filter(p -> !p.hostile && isMember(p, all)).toList();
    if (!left.isEmpty()) {
      Person p = pick(left);
      p.view = all;
      say(p, all, rekey(p, all, List.of()));
      actHonestly(p);
    }
  }

  /**
   * A hostile member lets in a friend whose credential does not check, and one of the two turns
   * against others what is evidence of something else: another's credential, fact or row, a word
   * about another stay, or a word for another act.
   */
  private void bearFalseWitness() {
    BitSet base = new BitSet();
    published.stream().filter(oracle::isValid).forEach(m -> base.or(oracle.pastAnd(m)));
    List<Person> hostile = people.stream().filter(q -> q.hostile && isMember(q, base)).toList();
    if (hostile.isEmpty()) {
      return;
    }
    Person p = pick(hostile);
    Person friend = friendWithABadCredential();
    admit(p, base, List.of(friend));
    int e = published.get(published.size() - 1);
    BitSet then = oracle.pastAnd(e);
    List<Person> others =
        people.stream().filter(q -> !q.device.equals(p.device) && isMember(q, base)).toList();
    if (others.isEmpty() || !oracle.isValid(e) || !isMember(friend, then)) {
      return;
    }
    Person b = pick(others);
    switch (random.nextInt(6)) {
      case 0 -> show(p, friend, then, b.member(), e, friend.member());
      case 1 -> show(friend, friend, then, p.member(), e, b.member());
      case 2 -> {
        List<Integer> admits =
            base.stream().filter(m -> oracle.fact(m).fact() instanceof Admit).boxed().toList();
        int other = admits.isEmpty() ? e : pick(admits);
        if (oracle.fact(other).fact() instanceof Admit admit) {
          MemberId author = oracle.fact(other).header().author();
          show(friend, friend, then, author, other, pick(admit.rows()).member());
        }
      }
      case 3 -> {
        StayId before = StayId.of(oracle.id(pick(published)), b.member());
        List<Stay> stays = oracle.staysOf(b.member(), then);
        Approval word =
            approval(pick(others), then, Approval.Action.SUSPEND, b.member().hash(), before.hash());
        StayId ended = stays.get(stays.size() - 1).id();
        force(p, then, rekey(p, then, List.of(new Target.Absent(b.member(), ended, word))));
      }
      case 4 -> {
        List<Approval> pardons = words(others, then, Approval.Action.PARDON, b);
        Target target = new Target.Expelled(b.fingerprint(), pardons);
        force(p, then, rekey(p, then, List.of(target)));
      }
      default -> {
        List<Person> gone =
            people.stream()
                .filter(q -> !isMember(q, then) && !oracle.staysOf(q.member(), then).isEmpty())
                .toList();
        if (!gone.isEmpty()) {
          Person again = newPerson(pick(gone).device, true, then);
          List<Approval> words = new ArrayList<>(words(others, then, Approval.Action.EXPEL, again));
          others.stream()
              .limit(3)
              .map(
                  q -> approval(q, then, Approval.Action.ADMIT, again.member().hash(), Hash32.ZERO))
              .forEach(words::add);
          force(p, then, new Admit(List.of(again.row), words));
        }
      }
    }
  }

  private Person friendWithABadCredential() {
    Scribe.Device device = scribe.device("friend");
    Hash32 credential = credentials.makeAndFetch(device.name(), "bad");
    FactId saw = new FactId(group.hash());
    Person friend =
        new Person(device, scribe.request(device, group, credential, people.size(), saw), true);
    people.add(friend);
    return friend;
  }

  /** Shows somebody's credential as what {@code author} let {@code row} in by. */
  private void show(Person p, Person whose, BitSet base, MemberId author, int admit, MemberId row) {
    FaultProof proof =
        new FaultProof.BadCredential(oracle.id(admit), row, credentials.bytes(whose.credential));
    force(p, base, rekey(p, base, List.of(new Target.Faulty(author, proof))));
  }

  private List<Approval> words(List<Person> by, BitSet base, Approval.Action action, Person b) {
    return by.stream()
        .filter(q -> !q.device.equals(b.device))
        .limit(3)
        .map(q -> approval(q, base, action, b.fingerprint().hash(), Hash32.ZERO))
        .toList();
  }

  private Story story() {
    SortedSet<MemberId> honest = new TreeSet<>();
    for (Person p : people) {
      if (!p.hostile && !p.view.isEmpty()) {
        honest.add(p.member());
        beats.add(
            scribe.heartbeat(p.device, group, p.member(), oracle.heads(p.view), beats.size()));
      }
    }
    return new Story(
        published.stream().map(oracle::fact).toList(),
        List.copyOf(beats),
        credentials,
        scribe,
        honest);
  }

  // ---- the beginning

  private void found() {
    Rights.AdmitRight admit =
        switch (random.nextInt(6)) {
          case 0 -> new Rights.WithRole(HOST);
          case 1 -> new Rights.WithApprovals(1 + random.nextInt(2));
          default -> new Rights.AnyMember();
        };
    Rights rights =
        new Rights(
            admit,
            random.nextBoolean() ? Optional.of(HOST) : Optional.empty(),
            2 + random.nextInt(2));
    Scribe.Device device = scribe.device("founder");
    Hash32 credential = credentials.makeAndFetch("founder", "good " + HOST);
    JoinRequest row = scribe.founderRow(device, credential);
    // The founder's request can be used again as little as it can be signed: it names no group.
    Person founder =
        new Person(device, new SignedJoinRequest(row, row.member(), NO_SIGNATURE), false);
    Found found =
        new Found(
            "random",
            pick(List.of(Profile.values())),
            Suite.XWING_AES256GCM_SHA256,
            rights,
            Trust.OPEN,
            row);
    Envelope fact = scribe.found(device, found);
    people.add(founder);
    publish(founder, fact);
    group = new GroupId(fact.id().hash());
    learn(founder, oracle.number(fact.id()));
    say(founder, founder.view, rekey(founder, founder.view, List.of()));
    if (random.nextInt(10) == 0) {
      // More than eight may watch.
      List<Person> many = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        many.add(newPerson(random.nextInt(100) < 2 * malice, founder.view));
      }
      admit(founder, founder.view, many);
    }
  }

  private Person newPerson(boolean hostile, BitSet seen) {
    boolean again = random.nextInt(6) == 0;
    return newPerson(
        again ? pick(people).device : scribe.device("device" + devices++), hostile, seen);
  }

  private Person newPerson(Scribe.Device device, boolean hostile, BitSet seen) {
    String quality =
        switch (random.nextInt(10)) {
          case 0 -> hostile ? "bad" : "good";
          case 1, 2, 3 -> "good " + HOST;
          default -> "good";
        };
    Hash32 credential =
        random.nextInt(8) == 0
            ? credentials.make(device.name(), quality)
            : credentials.makeAndFetch(device.name(), quality);
    FactId saw =
        random.nextInt(3) == 0 && !seen.isEmpty()
            ? oracle.id(pickFrom(seen))
            : new FactId(group.hash());
    GroupId asked = hostile && random.nextInt(20) == 0 ? ANOTHER_GROUP : group;
    Person person =
        new Person(device, scribe.request(device, asked, credential, people.size(), saw), hostile);
    people.add(person);
    return person;
  }

  // ---- one step

  private void step() {
    List<Person> honest =
        people.stream().filter(p -> !p.hostile && !p.wantsOut && isMember(p, p.view)).toList();
    int dice = random.nextInt(100);
    if (dice < 16 && !honest.isEmpty()) {
      hear(pick(honest));
    } else if (dice < 26 && !honest.isEmpty()) {
      meet(pick(honest), pick(honest));
    } else if (dice < 94 - malice && !honest.isEmpty()) {
      actHonestly(pick(honest));
    } else if (dice < 100 - malice) {
      comeBack();
    } else {
      actWithMalice();
    }
  }

  private static void unlessMalformed(Runnable act) {
    try {
      act.run();
    } catch (IllegalArgumentException malformed) {
      // What no decoder would take, such as one target twice, stays unsaid.
    }
  }

  private boolean isMember(Person p, BitSet set) {
    return !set.isEmpty() && oracle.members(set).contains(p.member());
  }

  private void learn(Person p, int m) {
    p.view.or(oracle.pastAnd(m));
  }

  /** Learns one fact with its past, or all that another honest member has, if the door opens. */
  private void hear(Person p) {
    int m = random.nextBoolean() ? pick(published) : published.get(published.size() - 1);
    BitSet with = (BitSet) p.view.clone();
    if (oracle.isValid(m)) {
      with.or(oracle.pastAnd(m));
      boolean vouched =
          people.stream()
              .anyMatch(
                  q -> !q.hostile && q.view.get(m) && oracle.members(with).contains(q.member()));
      if (vouched || oracle.members(with).contains(oracle.fact(m).header().author())) {
        p.view = with;
      }
    }
  }

  /** Two honest members tell each other all they know. */
  private void meet(Person p, Person q) {
    BitSet both = (BitSet) p.view.clone();
    both.or(q.view);
    if (isMember(p, both) && isMember(q, both)) {
      p.view = both;
      q.view = (BitSet) both.clone();
    }
  }

  private void actHonestly(Person p) {
    BitSet view = p.view;
    if (oracle.usable(view).isEmpty() && random.nextBoolean()) {
      say(p, view, rekey(p, view, List.of()));
      return;
    }
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> {
        List<Person> newcomers = new ArrayList<>();
        for (int i = random.nextInt(4) == 0 ? 3 : 1; i > 0; i--) {
          newcomers.add(newPerson(random.nextInt(100) < 2 * malice, view));
        }
        admit(p, view, newcomers);
      }
      case 4 -> say(p, view, new Here(fresh("leaf"), p.credential));
      case 5 -> say(p, view, rekey(p, view, List.of()));
      case 6, 7 -> say(p, view, reseal(p));
      default -> {
        List<Target> targets = new ArrayList<>();
        for (int i = random.nextInt(4) == 0 ? 2 : 1; i > 0; i--) {
          target(p, view).ifPresent(target -> addOnce(targets, target));
        }
        say(p, view, rekey(p, view, targets));
      }
    }
  }

  /** Who was suspended, or wrongly put out, says Here. */
  private void comeBack() {
    List<Person> out =
        people.stream()
            .filter(p -> !p.hostile && !p.wantsOut && !p.view.isEmpty() && !isMember(p, p.view))
            .toList();
    if (!out.isEmpty()) {
      Person p = pick(out);
      learnAll(p);
      say(p, p.view, new Here(fresh("leaf"), p.credential));
    }
  }

  private void actWithMalice() {
    List<Person> hostile = people.stream().filter(p -> p.hostile).toList();
    if (hostile.isEmpty()) {
      return;
    }
    Person p = pick(hostile);
    BitSet base = somePast(p);
    if (base.isEmpty()) {
      return;
    }
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3 -> {
        Person accomplice = newPerson(true, base);
        admit(p, base, List.of(accomplice));
      }
      case 4, 5 -> {
        // Other people's requests, in an Admit of its own.
        List<Person> gone =
            people.stream()
                .filter(q -> !isMember(q, base) && !oracle.staysOf(q.member(), base).isEmpty())
                .toList();
        Person other = gone.isEmpty() || random.nextBoolean() ? pick(people) : pick(gone);
        admit(
            p, base, random.nextBoolean() ? List.of(other) : List.of(other, newPerson(true, base)));
      }
      case 6 -> force(p, base, new Here(fresh("leaf"), p.credential));
      case 7 -> {
        Rekey honest = rekey(p, base, List.of());
        force(
            p,
            base,
            random.nextBoolean()
                ? honest
                : new Rekey(
                    honest.prev(),
                    honest.targets(),
                    honest.commitment(),
                    fresh("lie"),
                    honest.cover()));
      }
      case 8 -> {
        Reseal own = reseal(p);
        Slot foreign = new Slot(random.nextInt(32), random.nextInt(2));
        List<Reseal.SlotKey> slots = new ArrayList<>(own.slots());
        if (random.nextBoolean()) {
          slots.add(new Reseal.SlotKey(foreign, fresh("slot")));
        }
        force(p, base, new Reseal(slots));
      }
      case 9 -> buildOnSand(p);
      case 11, 12 -> letInAnExpeller(p, base);
      case 13 -> letInAgain(p);
      case 14 -> replayOldWords(p, base);
      case 15 -> pardonAnOldRequest(p, base);
      case 10 -> {
        SignedHeader beat =
            scribe.heartbeat(p.device, group, p.member(), oracle.heads(base), beats.size());
        beats.add(beat);
        p.statements.add(beat);
      }
      default -> {
        List<Target> targets = new ArrayList<>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
          (random.nextInt(3) == 0 ? falseTarget(p, base) : target(p, base))
              .ifPresent(target -> addOnce(targets, target));
        }
        force(p, base, rekey(p, base, targets));
      }
    }
  }

  /** Any past in which this member is one, and now and then one in which it is not. */
  private BitSet somePast(Person p) {
    BitSet base = new BitSet();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int m = random.nextInt(3) == 0 ? published.get(published.size() - 1) : pick(published);
      if (oracle.isValid(m)) {
        base.or(oracle.pastAnd(m));
      }
    }
    return isMember(p, base) || random.nextInt(12) == 0 ? base : new BitSet();
  }

  /** An accomplice comes in, and puts somebody out at once with its introducer's word. */
  private void letInAnExpeller(Person p, BitSet base) {
    Person accomplice = newPerson(true, base);
    admit(p, base, List.of(accomplice));
    BitSet then = oracle.pastAnd(published.get(published.size() - 1));
    List<Person> others =
        people.stream().filter(q -> !q.hostile && isMember(q, base) && q != p).toList();
    if (!others.isEmpty() && isMember(accomplice, then)) {
      Person d = pick(others);
      Approval word = approval(p, then, Approval.Action.EXPEL, d.fingerprint().hash(), Hash32.ZERO);
      Target target = new Target.Expelled(d.fingerprint(), List.of(word));
      force(accomplice, then, rekey(accomplice, then, List.of(target)));
      // Somebody had put the introducer out; then the accomplice is void, and its victim comes
      // back.
      Person a = pick(others);
      List<Approval> words =
          approvals(a, a.view, Approval.Action.EXPEL, p.fingerprint().hash(), Hash32.ZERO);
      if (a != d && isMember(a, a.view)) {
        say(a, a.view, rekey(a, a.view, List.of(new Target.Expelled(p.fingerprint(), words))));
        learnAll(d);
        say(d, d.view, new Here(fresh("leaf"), d.credential));
      }
    }
  }

  /** A device is pardoned, and put out again with the words of the first time. */
  private void replayOldWords(Person p, BitSet base) {
    for (Approval old : List.copyOf(oldApprovals)) {
      if (old.action() != Approval.Action.EXPEL
          || !oracle.ids(base).containsAll(old.header().heads())) {
        continue;
      }
      Optional<Person> gone =
          people.stream()
              .filter(q -> q.fingerprint().hash().equals(old.subject()) && !isMember(q, base))
              .filter(q -> q.device != p.device)
              .findFirst();
      if (gone.isPresent()) {
        Person again = newPerson(gone.get().device, true, base);
        List<SignedJoinRequest> rows = List.of(again.row);
        List<Approval> pardons =
            approvals(p, base, Approval.Action.PARDON, old.subject(), Hash32.ZERO);
        force(p, base, new Admit(rows, pardons));
        BitSet then = oracle.pastAnd(published.get(published.size() - 1));
        if (isMember(again, then)) {
          Target target = new Target.Expelled(again.fingerprint(), List.of(old));
          force(p, then, rekey(p, then, List.of(target)));
        }
        return;
      }
    }
  }

  /** Who renewed its leaf key and is gone is let in by its first request, with a pardon and all. */
  private void pardonAnOldRequest(Person p, BitSet base) {
    people.stream()
        .filter(q -> !isMember(q, base) && hasSaidHere(q, base))
        .findFirst()
        .ifPresent(
            q -> {
              List<Approval> pardons =
                  approvals(p, base, Approval.Action.PARDON, q.fingerprint().hash(), Hash32.ZERO);
              force(p, base, new Admit(List.of(q.row), pardons));
            });
  }

  private boolean hasSaidHere(Person q, BitSet base) {
    return oracle.staysOf(q.member(), base).stream()
        .anyMatch(stay -> oracle.fact(stay.begunBy()).fact() instanceof Here);
  }

  private void learnAll(Person p) {
    published.stream().filter(oracle::isValid).forEach(m -> p.view.or(oracle.pastAnd(m)));
  }

  /**
   * An honest member's request serves once more, beside the Admit that let it in. That member
   * learns of it, and lets somebody in itself; and he who did it is put out by one who knows
   * nothing of it.
   */
  private void letInAgain(Person p) {
    List<Person> others =
        people.stream().filter(q -> !q.hostile && q != p && isMember(q, q.view)).toList();
    if (others.isEmpty()) {
      return;
    }
    Person q = pick(others);
    List<Integer> beside =
        published.stream()
            .filter(oracle::isValid)
            .filter(m -> isMember(p, oracle.pastAnd(m)))
            .filter(m -> oracle.staysOf(q.member(), oracle.pastAnd(m)).isEmpty())
            .toList();
    BitSet base = oracle.pastAnd(pick(beside.isEmpty() ? published : beside));
    admit(p, base, List.of(q));
    int again = published.get(published.size() - 1);
    if (!oracle.isValid(again)) {
      return;
    }
    q.view.or(oracle.pastAnd(again));
    if (isMember(q, q.view)) {
      admit(q, q.view, List.of(newPerson(false, q.view)));
    }
    Person a = pick(others);
    if (a != q && !a.view.get(again) && isMember(a, a.view)) {
      List<Approval> words =
          approvals(a, a.view, Approval.Action.EXPEL, p.fingerprint().hash(), Hash32.ZERO);
      say(a, a.view, rekey(a, a.view, List.of(new Target.Expelled(p.fingerprint(), words))));
    }
  }

  /** Says something over a fact that is not valid: what stands on it is not either. */
  private void buildOnSand(Person p) {
    published.stream()
        .filter(m -> !oracle.isValid(m))
        .findAny()
        .ifPresent(
            m ->
                publish(
                    p, scribe.fact(p.device, group, p.member(), List.of(oracle.id(m)), reseal(p))));
  }

  // ---- saying

  /** An honest member looks first whether what it is about to say would be right. */
  private void say(Person p, BitSet view, Fact fact) {
    Envelope envelope = scribe.fact(p.device, group, p.member(), oracle.heads(view), fact);
    int m = oracle.add(envelope);
    boolean right = oracle.validity(m) instanceof SectionFiveOracle.Valid;
    if (right || p.hostile) {
      publish(p, envelope);
      learn(p, m);
    }
  }

  private void force(Person p, BitSet base, Fact fact) {
    List<FactId> heads = new ArrayList<>(oracle.heads(base));
    if (random.nextInt(8) == 0) {
      heads.add(oracle.id(pickFrom(base)));
    }
    GroupId named = random.nextInt(40) == 0 ? ANOTHER_GROUP : group;
    publish(p, scribe.fact(p.device, named, p.member(), heads, fact));
  }

  private void publish(Person p, Envelope fact) {
    int m = oracle.add(fact);
    if (!published.contains(m)) {
      published.add(m);
      p.statements.add(Scribe.header(fact));
    }
  }

  private void admit(Person p, BitSet base, List<Person> newcomers) {
    List<SignedJoinRequest> rows = new ArrayList<>();
    List<Approval> approvals = new ArrayList<>();
    for (Person newcomer : newcomers) {
      if (rows.stream().noneMatch(row -> row.member().equals(newcomer.member()))) {
        rows.add(newcomer.row);
        if (random.nextInt(3) == 0) {
          approvals.addAll(
              approvals(
                  p, base, Approval.Action.PARDON, newcomer.fingerprint().hash(), Hash32.ZERO));
        }
        if (random.nextInt(3) != 0) {
          approvals.addAll(
              approvals(p, base, Approval.Action.ADMIT, newcomer.member().hash(), Hash32.ZERO));
        }
      }
    }
    Admit admit = new Admit(rows, approvals.stream().limit(16).toList());
    if (p.hostile) {
      force(p, base, admit);
    } else {
      say(p, base, admit);
    }
    int m = published.get(published.size() - 1);
    if (oracle.fact(m).fact().equals(admit) && oracle.isValid(m)) {
      newcomers.stream().filter(n -> !n.hostile).forEach(n -> learn(n, m));
    }
  }

  private Rekey rekey(Person p, BitSet base, List<Target> targets) {
    List<Integer> epochs =
        base.stream().filter(x -> oracle.fact(x).fact() instanceof Rekey).boxed().toList();
    Optional<FactId> prev =
        epochs.isEmpty() ? Optional.empty() : Optional.of(oracle.id(pick(epochs)));
    Rekey draft = new Rekey(prev, targets, fresh("secret"), Hash32.ZERO, fresh("cover"));
    int m =
        oracle.add(scribe.draft(group, p.member(), oracle.heads(base), draft, draft.commitment()));
    Hash32 digest = digestOf(m);
    Optional<FactId> named =
        p.hostile && random.nextInt(20) == 0 ? Optional.of(oracle.id(pick(published))) : prev;
    return new Rekey(named, targets, draft.commitment(), digest, draft.cover());
  }

  private Hash32 digestOf(int draft) {
    return oracle.digest(oracle.members(oracle.pastAnd(draft)));
  }

  private Reseal reseal(Person p) {
    Found found = (Found) oracle.fact(published.get(0)).fact();
    List<Reseal.SlotKey> slots = new ArrayList<>();
    int first = random.nextInt(28);
    for (int position = first; position < first + 4; position++) {
      int symbol = p.member().hash().symbol(position, found.profile().symbolBits());
      slots.add(new Reseal.SlotKey(new Slot(position, symbol), fresh("slot")));
    }
    return new Reseal(slots);
  }

  // ---- targets

  /** A Rekey that names one twice for one reason is malformed. */
  private static void addOnce(List<Target> targets, Target more) {
    if (targets.stream().map(RandomFacts::whom).noneMatch(whom(more)::equals)) {
      targets.add(more);
    }
  }

  private static List<?> whom(Target target) {
    return switch (target) {
      case Target.Left left -> List.of("left", left.leave().header().author());
      case Target.Expelled expelled -> List.of("expelled", expelled.device());
      case Target.Absent absent -> List.of("absent", absent.member());
      case Target.Faulty(MemberId member, FaultProof.OutOfOrder proof) ->
          List.of("disorder", member);
      case Target.Faulty(MemberId member, FaultProof.BadCredential proof) ->
          List.of("credential", member, proof.row());
    };
  }

  private Optional<Target> target(Person p, BitSet base) {
    List<Person> others =
        people.stream().filter(q -> !q.device.equals(p.device) && isMember(q, base)).toList();
    if (others.isEmpty()) {
      return Optional.empty();
    }
    Person b = pick(others);
    return switch (random.nextInt(10)) {
      case 0, 1, 2, 3 ->
          Optional.of(
              new Target.Expelled(
                  b.fingerprint(),
                  approvals(p, base, Approval.Action.EXPEL, b.fingerprint().hash(), Hash32.ZERO)));
      case 4 -> {
        // An honest member that said it leaves says nothing else any more.
        BitSet both = common(b, base);
        List<Stay> stays = both.isEmpty() ? List.of() : oracle.staysOf(b.member(), both);
        if (stays.isEmpty()) {
          yield Optional.empty();
        }
        b.wantsOut = true;
        yield Optional.of(
            new Target.Left(
                scribe.leave(b.device, group, b.member(), oracle.heads(both), pick(stays).id())));
      }
      case 5, 6, 7 -> absent(p, base, b);
      default -> faulty(p, base);
    };
  }

  private Optional<Target> absent(Person p, BitSet base, Person b) {
    List<Stay> stays = oracle.staysOf(b.member(), base);
    List<Person> watchers =
        people.stream()
            .filter(
                q ->
                    !q.device.equals(p.device)
                        && oracle.watchers(b.member(), base).contains(q.member()))
            .toList();
    if (stays.isEmpty() || watchers.isEmpty()) {
      return Optional.empty();
    }
    StayId stay = stays.get(stays.size() - 1).id();
    return Optional.of(
        new Target.Absent(
            b.member(),
            stay,
            approval(
                pick(watchers), base, Approval.Action.SUSPEND, b.member().hash(), stay.hash())));
  }

  private Optional<Target> faulty(Person p, BitSet base) {
    List<Target> proofs = new ArrayList<>();
    for (Person q : people) {
      for (SignedHeader one : q.statements) {
        for (SignedHeader other : q.statements) {
          if (one != other
              && !q.device.equals(p.device)
              && knows(base, one)
              && knows(base, other)
              && (proofs.isEmpty() || isFault(base, one, other))) {
            proofs.add(new Target.Faulty(q.member(), new FaultProof.OutOfOrder(one, other)));
          }
        }
      }
    }
    base.stream()
        .forEach(
            e -> {
              if (oracle.fact(e).fact() instanceof Admit admit) {
                for (SignedJoinRequest row : admit.rows()) {
                  if (credentials.check(
                              (Found) oracle.fact(published.get(0)).fact(),
                              row.request().key(),
                              credentials.bytes(row.request().credential()))
                          instanceof CredentialVerdict.Refused
                      || random.nextInt(20) == 0) {
                    proofs.add(
                        new Target.Faulty(
                            oracle.fact(e).header().author(),
                            new FaultProof.BadCredential(
                                oracle.id(e),
                                row.member(),
                                credentials.bytes(row.request().credential()))));
                  }
                }
              }
            });
    return proofs.isEmpty()
        ? Optional.empty()
        : Optional.of(proofs.get(Math.max(0, proofs.size() - 1 - random.nextInt(3))));
  }

  private boolean knows(BitSet base, SignedHeader signed) {
    return oracle.ids(base).containsAll(signed.header().heads());
  }

  private boolean isFault(BitSet base, SignedHeader one, SignedHeader other) {
    BitSet first = oracle.closure(one.header().heads()).orElseThrow();
    BitSet second = oracle.closure(other.header().heads()).orElseThrow();
    BitSet both = (BitSet) first.clone();
    both.or(second);
    return !both.equals(first) && !both.equals(second) && !base.isEmpty();
  }

  /** A claim that some rule ought to refuse. */
  private Optional<Target> falseTarget(Person p, BitSet base) {
    Person b = pick(people);
    return Optional.of(
        switch (random.nextInt(6)) {
          case 0 -> new Target.Expelled(b.fingerprint(), wordsFromTheFuture(b, base));
          case 1 -> {
            // The own device, twice or thrice; or the target's own word.
            List<Approval> words = new ArrayList<>();
            for (Person q : people) {
              if ((q.device.equals(p.device) || q == b && random.nextInt(3) == 0)
                  && isMember(q, base)) {
                words.add(
                    approval(q, base, Approval.Action.EXPEL, b.fingerprint().hash(), Hash32.ZERO));
              }
            }
            yield new Target.Expelled(b.fingerprint(), words);
          }
          case 2 ->
              new Target.Left(
                  scribe.leave(
                      random.nextBoolean() ? p.device : b.device,
                      group,
                      b.member(),
                      oracle.heads(base),
                      StayId.of(oracle.id(pick(published)), b.member())));
          case 3 -> {
            List<Stay> stays = oracle.staysOf(b.member(), base);
            StayId stay =
                stays.isEmpty() || random.nextInt(3) == 0
                    ? StayId.of(oracle.id(pick(published)), b.member())
                    : pick(stays).id();
            List<Person> any = people.stream().filter(q -> isMember(q, base)).toList();
            yield new Target.Absent(
                b.member(),
                stay,
                approval(pick(any), base, Approval.Action.SUSPEND, b.member().hash(), stay.hash()));
          }
          case 4 -> {
            List<SignedHeader> known =
                b.statements.stream().filter(signed -> knows(base, signed)).toList();
            SignedHeader any =
                known.isEmpty()
                    ? scribe.heartbeat(p.device, group, b.member(), oracle.heads(base), 0)
                    : pick(known);
            SignedHeader other = known.isEmpty() ? any : pick(known);
            yield new Target.Faulty(b.member(), new FaultProof.OutOfOrder(any, other));
          }
          default ->
              new Target.Left(
                  scribe.leave(
                      p.device,
                      group,
                      p.member(),
                      oracle.heads(base),
                      oracle.staysOf(p.member(), base).stream()
                          .map(Stay::id)
                          .findFirst()
                          .orElse(new StayId(Hash32.ZERO))));
        });
  }

  // ---- approvals

  /** Good words, but for what their givers knew. */
  private List<Approval> wordsFromTheFuture(Person b, BitSet base) {
    List<Integer> beyond =
        published.stream().filter(m -> oracle.isValid(m) && !base.get(m)).toList();
    List<Approval> words = new ArrayList<>();
    for (Person q : people) {
      if (!beyond.isEmpty()
          && words.size() < 3
          && !q.device.equals(b.device)
          && isMember(q, base)) {
        words.add(
            scribe.approval(
                q.device,
                group,
                q.member(),
                oracle.heads(oracle.pastAnd(pick(beyond))),
                Approval.Action.EXPEL,
                b.fingerprint().hash(),
                Hash32.ZERO));
      }
    }
    return words;
  }

  /** Up to two others' words for it; now and then old ones, or one that is not worth anything. */
  private List<Approval> approvals(
      Person p, BitSet base, Approval.Action action, Hash32 subject, Hash32 stay) {
    List<Person> others =
        new ArrayList<>(
            people.stream()
                .filter(q -> !q.device.equals(p.device) && isMember(q, base))
                .filter(q -> !q.fingerprint().hash().equals(subject) || q.hostile)
                .toList());
    Collections.shuffle(others, random);
    List<Approval> approvals = new ArrayList<>();
    others.stream()
        .limit(random.nextInt(4))
        .forEach(q -> approvals.add(approval(q, base, action, subject, stay)));
    if (random.nextInt(6) == 0) {
      oldApprovals.stream()
          .filter(old -> old.action() == action && old.subject().equals(subject))
          .limit(2)
          .filter(old -> !approvals.contains(old))
          .forEach(approvals::add);
    }
    oldApprovals.addAll(approvals);
    if (p.hostile && !approvals.isEmpty() && random.nextInt(3) == 0) {
      // Another member on the same device says the same.
      MemberId first = approvals.get(0).header().author();
      people.stream()
          .filter(q -> q.member().equals(first))
          .findFirst()
          .flatMap(
              q ->
                  people.stream()
                      .filter(r -> r != q && r.device.equals(q.device) && isMember(r, base))
                      .findFirst())
          .ifPresent(r -> approvals.add(approval(r, base, action, subject, stay)));
    }
    return List.copyOf(approvals);
  }

  private Approval approval(
      Person q, BitSet base, Approval.Action action, Hash32 subject, Hash32 stay) {
    int flaw = random.nextInt(6) == 0 ? random.nextInt(4) : -1;
    BitSet both = q.hostile || q.view.isEmpty() ? base : common(q, base);
    List<FactId> heads = flaw == 0 ? List.of(oracle.id(pick(published))) : oracle.heads(both);
    GroupId named = flaw == 1 ? ANOTHER_GROUP : group;
    Scribe.Device signer = flaw == 2 ? pick(people).device : q.device;
    Hash32 meant = flaw == 3 ? fresh("subject") : subject;
    return scribe.approval(signer, named, q.member(), heads, action, meant, stay);
  }

  private static BitSet common(Person q, BitSet base) {
    BitSet both = (BitSet) q.view.clone();
    both.and(base);
    return both;
  }

  // ---- chance

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private int pickFrom(BitSet set) {
    int[] all = set.stream().toArray();
    return all[random.nextInt(all.length)];
  }

  private Hash32 fresh(String what) {
    return Hash32.sha256((what + random.nextLong()).getBytes(StandardCharsets.US_ASCII));
  }
}
