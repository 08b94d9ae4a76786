package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FaultProof;
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
import io.keymoot.flatkeying.group.SectionFiveOracle.Switch;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where people with names say what a line of a script tells them to say. A script's author is the
 * director: whatever it asks for is made and signed, right or not. {@code
 * src/test/resources/scenarios/membership/README.md} has the lines that it understands.
 *
 * <p>Long because it is a list: each line that a script may have is one method.
 */
final class Stage {
  static final Hash32 UNTRUE = Hash32.sha256("a lie".getBytes(StandardCharsets.US_ASCII));

  private static final GroupId ANOTHER_GROUP =
      new GroupId(Hash32.sha256("another group".getBytes(StandardCharsets.US_ASCII)));

  private static final class Person {
    final Scribe.Device device;
    final Hash32 credential;
    final int start;
    BitSet view = new BitSet();
    @Nullable SignedJoinRequest row;

    Person(Scribe.Device device, Hash32 credential, int start) {
      this.device = device;
      this.credential = credential;
      this.start = start;
    }
  }

  private final Scribe scribe = new Scribe();
  private final Credentials credentials = new Credentials();
  private final SectionFiveOracle oracle;

  /**
   * Who directs knows all credentials, so that what hangs on one can be said before it is fetched.
   */
  private final SectionFiveOracle director;

  private final SortedMap<String, Person> people = new TreeMap<>();
  private final SortedMap<String, FactId> facts = new TreeMap<>();
  private final List<String> told = new ArrayList<>();
  private final SortedMap<String, Approval> approvals = new TreeMap<>();
  private final SortedMap<String, SignedHeader> heartbeats = new TreeMap<>();
  private Rights rights = new Rights(new Rights.AnyMember(), Optional.empty(), 2);
  private GroupId group = GroupId.NONE;
  private Scribe.@Nullable Device signer;
  private int secrets;

  Stage(Function<SortedSet<MemberId>, Hash32> membersDigest, Set<Switch> off) {
    oracle = new SectionFiveOracle(credentials, credentials, membersDigest, scribe, off);
    director =
        new SectionFiveOracle(credentials.allFetched(), credentials, membersDigest, scribe, off);
  }

  /** For small cases in Java. */
  static Stage of(String... lines) {
    Stage stage = new Stage(Stage::plainDigest, EnumSet.noneOf(Switch.class));
    for (String line : lines) {
      stage.perform(line);
    }
    return stage;
  }

  /** Any digest serves, if all use the same. */
  static Hash32 plainDigest(SortedSet<MemberId> members) {
    return Hash32.sha256(
        members.stream()
            .map(m -> m.hash().toHex())
            .toList()
            .toString()
            .getBytes(StandardCharsets.US_ASCII));
  }

  // ---- what came of it

  SectionFiveOracle oracle() {
    return oracle;
  }

  Credentials credentials() {
    return credentials;
  }

  Scribe scribe() {
    return scribe;
  }

  GroupId group() {
    return group;
  }

  /** Labels of P(fact), in the order in which they were said. */
  List<String> past(String label) {
    BitSet past = oracle.pastAnd(oracle.number(fact(label)));
    return told.stream().filter(each -> past.get(oracle.number(fact(each)))).toList();
  }

  /** "valid", "waits", or the rule that the fact breaks. */
  String verdict(String fact) {
    return switch (oracle.validity(oracle.number(fact(fact)))) {
      case SectionFiveOracle.Valid valid -> "valid";
      case SectionFiveOracle.Waits waits -> "waits";
      case SectionFiveOracle.Invalid(var rule) -> rule.name();
    };
  }

  /** All that is valid of P(these); of everything when none is named. */
  BitSet set(String... labels) {
    BitSet set = new BitSet();
    if (labels.length == 0) {
      return oracle.allValid();
    }
    for (String label : labels) {
      set.or(oracle.pastAnd(oracle.number(fact(label))));
    }
    return set;
  }

  private BitSet reach(String label) {
    return director.pastAnd(director.number(fact(label)));
  }

  String members(String... labels) {
    return names(oracle.members(set(labels)));
  }

  String over(String... labels) {
    return stays(oracle.overIds(set(labels)));
  }

  String clean(String... labels) {
    return labels(oracle.clean(set(labels)));
  }

  String usable(String... labels) {
    return labels(oracle.usable(set(labels)));
  }

  String faulty(String... labels) {
    return names(oracle.faults(set(labels)));
  }

  MemberId member(String name) {
    return row(name).member();
  }

  FactId fact(String label) {
    FactId id = facts.get(label);
    if (id == null) {
      throw new IllegalArgumentException("nobody said " + label);
    }
    return id;
  }

  Envelope envelope(String label) {
    return oracle.fact(oracle.number(fact(label)));
  }

  Optional<SignedHeader> heartbeat(String label) {
    return Optional.ofNullable(heartbeats.get(label));
  }

  /** Labels of all facts, in the order in which they were said. */
  List<String> facts() {
    return List.copyOf(told);
  }

  String label(FactId id) {
    return facts.entrySet().stream()
        .filter(each -> each.getValue().equals(id))
        .map(each -> each.getKey())
        .findFirst()
        .orElse("?");
  }

  String labels(Collection<FactId> ids) {
    return words(ids.stream().map(this::label).toList());
  }

  String names(Collection<MemberId> members) {
    return words(
        people.entrySet().stream()
            .filter(each -> each.getValue().row != null)
            .filter(each -> members.contains(row(each.getKey()).member()))
            .map(each -> each.getKey())
            .toList());
  }

  String stays(Collection<StayId> stays) {
    List<String> words = new ArrayList<>();
    for (String name : people.keySet()) {
      if (people.get(name) instanceof Person person && person.row != null) {
        for (String label : told) {
          if (stays.contains(stay(name, label))) {
            words.add(name + "@" + label);
          }
        }
      }
    }
    return words(words);
  }

  private StayId stay(String name, String label) {
    return StayId.of(fact(label), member(name));
  }

  private static String words(Collection<String> words) {
    return words.isEmpty() ? "-" : words.stream().sorted().collect(Collectors.joining(" "));
  }

  // ---- people

  private Person person(String name) {
    return people.computeIfAbsent(
        name, n -> new Person(scribe.device(n), credentials.makeAndFetch(n, "good"), 0));
  }

  private SignedJoinRequest row(String name) {
    Person person = person(name);
    if (person.row == null) {
      ask(name, group, new FactId(group.hash()));
    }
    SignedJoinRequest row = person.row;
    if (row == null) {
      throw new IllegalStateException(name + " asked for nothing");
    }
    return row;
  }

  private SignedJoinRequest row(String name, boolean unsigned) {
    SignedJoinRequest row = row(name);
    return unsigned
        ? new SignedJoinRequest(row.request(), row.member(), Bytes.owning(new byte[64]))
        : row;
  }

  private void ask(String name, GroupId asked, FactId saw) {
    Person person = person(name);
    person.row = scribe.request(person.device, asked, person.credential, person.start, saw);
  }

  // ---- the lines

  /** One line of a script: clauses separated by semicolons, words by blanks. */
  void perform(String line) {
    Deque<Deque<String>> clauses = new ArrayDeque<>();
    for (String clause : line.split(";", -1)) {
      clauses.add(new ArrayDeque<>(List.of(clause.trim().split(" +", -1))));
    }
    Deque<String> first = clauses.remove();
    String who = first.remove();
    switch (who) {
      case "rights" -> setRights(first);
      case "device" -> meetDevice(first);
      case "start" -> startAgain(first);
      case "fetch" -> first.forEach(name -> credentials.fetch(person(name).credential));
      default -> {
        String verb = first.remove();
        if (verb.equals("as")) {
          // M as A says …: A's name, M's key
          signer = person(who).device;
          who = first.remove();
          verb = first.remove();
        }
        say(who, verb, first, clauses);
        signer = null;
      }
    }
  }

  /** rights admit=any|role:NAME|approvals:N expel=N role=NAME */
  private void setRights(Deque<String> words) {
    Rights.AdmitRight admit = new Rights.AnyMember();
    Optional<String> role = Optional.empty();
    int expel = 2;
    for (String word : words) {
      String value = word.substring(word.indexOf('=') + 1);
      switch (word.substring(0, word.indexOf('='))) {
        case "admit" ->
            admit =
                value.startsWith("role:")
                    ? new Rights.WithRole(value.substring(5))
                    : value.startsWith("approvals:")
                        ? new Rights.WithApprovals(Integer.parseInt(value.substring(10)))
                        : new Rights.AnyMember();
        case "expel" -> expel = Integer.parseInt(value);
        case "role" -> role = Optional.of(value);
        default -> throw new IllegalArgumentException(word);
      }
    }
    rights = new Rights(admit, role, expel);
  }

  /** device B [unfetched] good|bad [ROLE …] */
  private void meetDevice(Deque<String> words) {
    String name = words.remove();
    boolean fetched = !words.removeFirstOccurrence("unfetched");
    Hash32 credential = credentials.make(name, String.join(" ", words));
    if (fetched) {
      credentials.fetch(credential);
    }
    people.put(name, new Person(scribe.device(name), credential, 0));
  }

  /** start B2 on B: another member on the same device */
  private void startAgain(Deque<String> words) {
    String name = words.remove();
    words.remove();
    Person first = person(words.remove());
    people.put(name, new Person(first.device, first.credential, people.size()));
  }

  private void say(String who, String verb, Deque<String> words, Deque<Deque<String>> clauses) {
    switch (verb) {
      case "learns" -> words.forEach(label -> person(who).view.or(reach(label)));
      case "asks" -> {
        // B asks seeing LABEL · B asks another group
        boolean elsewhere = words.remove().equals("another");
        ask(
            who,
            elsewhere ? ANOTHER_GROUP : group,
            elsewhere ? new FactId(group.hash()) : fact(words.remove()));
      }
      case "founds" -> found(who, words.remove());
      case "admits" -> {
        String label = words.remove();
        List<FactId> heads = heads(who, words);
        admit(who, label, heads, List.copyOf(words), clauses);
      }
      case "here" -> {
        String label = words.remove();
        List<FactId> heads = heads(who, words);
        publish(who, label, heads, new Here(fresh(label), person(who).credential));
      }
      case "rekeys" -> {
        String label = words.remove();
        rekey(who, label, heads(who, words), clauses);
      }
      case "reseals" -> {
        String label = words.remove();
        List<FactId> heads = heads(who, words);
        List<Reseal.SlotKey> slots = new ArrayList<>();
        for (String word : words) {
          slots.add(new Reseal.SlotKey(slot(who, word), fresh(label + word)));
        }
        publish(who, label, heads, new Reseal(slots));
      }
      case "beats" -> {
        String label = words.remove();
        Person person = person(who);
        heartbeats.put(
            label,
            scribe.heartbeat(
                person.device, group, member(who), heads(who, words), heartbeats.size()));
      }
      case "approves" -> {
        String label = words.remove();
        Approval.Action action = Approval.Action.valueOf(words.remove().toUpperCase());
        String subject = words.remove();
        List<FactId> heads = heads(who, words);
        // from LABEL: the stay that a word to suspend means
        Hash32 stay =
            action == Approval.Action.SUSPEND
                ? namedStay(subject, heads, words).hash()
                : Hash32.ZERO;
        // signed M: by another's key, and so by nobody
        String signer = words.isEmpty() ? who : words.removeLast();
        approvals.put(label, approve(who, signer, heads, action, subject, stay));
      }
      default -> throw new IllegalArgumentException("what is: " + who + " " + verb);
    }
  }

  /** "7" is the slot of its own address at position 7; "7.1" any slot. */
  private Slot slot(String who, String word) {
    String[] parts = word.split("\\.", -1);
    int position = Integer.parseInt(parts[0]);
    return parts.length == 2
        ? new Slot(position, Integer.parseInt(parts[1]))
        : new Slot(position, member(who).hash().symbol(position, Profile.CONFERENCE.symbolBits()));
  }

  /** Takes "after a b" off the end of the words; without it, all that the speaker knows. */
  private List<FactId> heads(String who, Deque<String> words) {
    List<String> all = List.copyOf(words);
    int after = all.indexOf("after");
    if (after < 0) {
      return director.heads(person(who).view);
    }
    List<FactId> heads = new ArrayList<>();
    for (int i = after; i < all.size(); i++) {
      words.removeLast();
      if (i > after) {
        heads.add(fact(all.get(i)));
      }
    }
    return heads;
  }

  private void found(String who, String label) {
    Person person = person(who);
    JoinRequest row = scribe.founderRow(person.device, person.credential);
    person.row = new SignedJoinRequest(row, row.member(), Bytes.owning(new byte[64]));
    Found found =
        new Found(
            "a scenario",
            Profile.CONFERENCE,
            Suite.XWING_AES256GCM_SHA256,
            rights,
            Trust.OPEN,
            row);
    Envelope fact = scribe.found(person.device, found);
    group = new GroupId(fact.id().hash());
    add(who, label, fact);
  }

  private void admit(
      String who,
      String label,
      List<FactId> heads,
      List<String> newcomers,
      Deque<Deque<String>> clauses) {
    List<Approval> words = new ArrayList<>();
    List<String> phantoms = new ArrayList<>();
    for (Deque<String> clause : clauses) {
      // approved X Y · pardon X Y · unsigned B C
      String kind = clause.remove();
      if (kind.equals("unsigned")) {
        phantoms.addAll(clause);
        continue;
      }
      for (String newcomer : newcomers) {
        for (String by : clause) {
          if (kind.equals("approved")) {
            words.add(word(by, heads, Approval.Action.ADMIT, newcomer, Hash32.ZERO));
          } else {
            words.add(word(by, heads, Approval.Action.PARDON, newcomer, Hash32.ZERO));
          }
        }
      }
    }
    publish(
        who,
        label,
        heads,
        new Admit(
            newcomers.stream().map(name -> row(name, phantoms.contains(name))).toList(), words));
    if (director.isValid(director.number(fact(label)))) {
      newcomers.forEach(newcomer -> person(newcomer).view.or(reach(label)));
    }
  }

  private void rekey(String who, String label, List<FactId> heads, Deque<Deque<String>> clauses) {
    Optional<FactId> prev = Optional.empty();
    List<Target> targets = new ArrayList<>();
    boolean lies = false;
    for (Deque<String> clause : clauses) {
      switch (clause.remove()) {
        case "prev" -> prev = Optional.of(fact(clause.remove()));
        case "lies" -> lies = true;
        case "expels" -> {
          // expels B [by C D]
          String b = clause.remove();
          clause.pollFirst();
          targets.add(
              new Target.Expelled(
                  person(b).device.fingerprint(),
                  clause.stream()
                      .map(by -> word(by, heads, Approval.Action.EXPEL, b, Hash32.ZERO))
                      .toList()));
        }
        case "left" -> {
          // left B [from LABEL] [signed C]
          String b = clause.remove();
          StayId from = namedStay(b, heads, clause);
          Person signer = clause.isEmpty() ? person(b) : person(clause.removeLast());
          targets.add(
              new Target.Left(
                  scribe.leave(signer.device, group, member(b), known(b, heads), from)));
        }
        case "absent" -> {
          // absent B by C [from LABEL]
          String b = clause.remove();
          clause.remove();
          String by = clause.remove();
          StayId from = namedStay(b, heads, clause);
          targets.add(
              new Target.Absent(
                  member(b), from, word(by, heads, Approval.Action.SUSPEND, b, from.hash())));
        }
        case "disorder" -> {
          // disorder B STATEMENT STATEMENT
          String b = clause.remove();
          targets.add(
              new Target.Faulty(
                  member(b),
                  new FaultProof.OutOfOrder(
                      statement(clause.remove()), statement(clause.remove()))));
        }
        case "credential" -> {
          // credential B LABEL ROW [shows C]
          String b = clause.remove();
          FactId shown = fact(clause.remove());
          String row = clause.remove();
          Person whose = person(clause.isEmpty() ? row : clause.removeLast());
          targets.add(
              new Target.Faulty(
                  member(b),
                  new FaultProof.BadCredential(
                      shown, member(row), credentials.bytes(whose.credential))));
        }
        default -> throw new IllegalArgumentException("a rekey does not know " + clauses);
      }
    }
    Rekey draft = new Rekey(prev, targets, fresh(label), Hash32.ZERO, fresh("cover " + label));
    Hash32 digest = lies ? UNTRUE : digest(who, heads, draft);
    publish(who, label, heads, new Rekey(prev, targets, draft.commitment(), digest, draft.cover()));
  }

  private Hash32 digest(String who, List<FactId> heads, Rekey draft) {
    BitSet base = director.closure(heads).orElseThrow();
    if (!base.stream().allMatch(director::isValid)) {
      return UNTRUE;
    }
    int m = director.add(scribe.draft(group, member(who), heads, draft, draft.commitment()));
    return director.digest(director.members(director.pastAnd(m)));
  }

  private StayId namedStay(String b, List<FactId> heads, Deque<String> clause) {
    if ("from".equals(clause.peekFirst())) {
      clause.remove();
      return stay(b, clause.remove());
    }
    List<Stay> stays = director.staysOf(member(b), director.closure(heads).orElseThrow());
    return stays.isEmpty() ? stay(b, told.get(0)) : stays.get(stays.size() - 1).id();
  }

  private SignedHeader statement(String label) {
    SignedHeader beat = heartbeats.get(label);
    return beat != null ? beat : Scribe.header(envelope(label));
  }

  /** A word given before, by its label; or one given now, by who gives it. */
  private Approval word(
      String by, List<FactId> heads, Approval.Action action, String subject, Hash32 stay) {
    Approval before = approvals.get(by);
    return before != null ? before : approve(by, by, known(by, heads), action, subject, stay);
  }

  private Approval approve(
      String by,
      String signer,
      List<FactId> heads,
      Approval.Action action,
      String subject,
      Hash32 stay) {
    Hash32 about =
        switch (action) {
          case ADMIT, SUSPEND -> member(subject).hash();
          case EXPEL, PARDON -> person(subject).device.fingerprint().hash();
        };
    return scribe.approval(person(signer).device, group, member(by), heads, action, about, stay);
  }

  /** What somebody knows of the past of a fact: what its word for it says it knew. */
  private List<FactId> known(String name, List<FactId> heads) {
    BitSet base = director.closure(heads).orElseThrow();
    BitSet both = (BitSet) person(name).view.clone();
    both.and(base);
    return both.isEmpty() ? heads : director.heads(both);
  }

  private void publish(String who, String label, List<FactId> heads, Fact fact) {
    Scribe.Device signs = signer != null ? signer : person(who).device;
    add(who, label, scribe.fact(signs, group, member(who), heads, fact));
  }

  private void add(String who, String label, Envelope fact) {
    if (facts.putIfAbsent(label, fact.id()) != null) {
      throw new IllegalArgumentException(label + " was said before");
    }
    told.add(label);
    oracle.add(fact);
    int m = director.add(fact);
    if (director.isValid(m)) {
      person(who).view.or(director.pastAnd(m));
    }
  }

  private Hash32 fresh(String what) {
    return Hash32.sha256((what + " " + secrets++).getBytes(StandardCharsets.UTF_8));
  }
}
