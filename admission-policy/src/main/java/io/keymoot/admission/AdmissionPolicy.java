package io.keymoot.admission;

import io.keymoot.admission.certificate.RevocationList;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whom this device lets in, believes, and helps to put out. Start here.
 *
 * <p>A question is answered yes, no or wait. Wait names errands: whom to ask, what to have checked.
 * What they bring is given to {@link #hear}, which answers again. A question asked again is the
 * same question while people would see the same, so a newcomer that repeats its request bothers
 * nobody twice, and a person's no stays no, under each name, until the question is forgotten,
 * {@link AdmissionLimits#QUESTION_MILLIS} after it was first asked.
 *
 * <p>This is one device's opinion, about letting in only. Whether a credential holds at all is the
 * group's fixed check ({@code CredentialChecker}), which comes first and does not know the date.
 * Nobody who is in is ever put to these questions again, so a wrong clock puts nobody out.
 */
public final class AdmissionPolicy {
  private PolicyRules rules;
  private List<RevocationList> lists = List.of();
  private final InviteBook invites = new InviteBook();
  private final SerialBook serials = new SerialBook();
  private final SequencedMap<Asked, Open> questions = new LinkedHashMap<>();
  private long tickets;

  public AdmissionPolicy(PolicyRules rules) {
    this.rules = rules;
  }

  /** Who asks and for what. */
  private record Subject(
      Question.Purpose purpose, GroupId group, Fingerprint device, Optional<Fingerprint> target) {
    static Subject of(Question question) {
      return new Subject(
          question.purpose(), question.group(), question.device(), question.target());
    }
  }

  /**
   * By this a question is the same, whatever else is in the credential. What people would see is
   * part of it: a yes is for that alone. And who plays an old request back, under a name that the
   * device once had, has that asked about beside the device's own question, and ends nothing.
   */
  private record Asked(Subject subject, String shown) {}

  /** A no that stands, whatever else is said or shown. */
  private record Refusal(String reason, String remedy) {}

  /** A question from when it is asked until it is forgotten. */
  private static final class Open implements Evaluation.Heard {
    final Ticket ticket;
    final Asked asked;
    final Tick forgotten;

    /** As it was asked last. */
    Question question;

    final SortedMap<String, Hearing.PersonSaid> people = new TreeMap<>();
    final SortedMap<Fingerprint, Hearing.Voice> approvals = new TreeMap<>();
    final SortedMap<String, Hearing.RemoteSaid> remotes = new TreeMap<>();
    final SequencedSet<Errand> errands = new LinkedHashSet<>();
    boolean waiting = true;

    /** By who owns this device. */
    @Nullable Refusal refusal;

    Open(Ticket ticket, Asked asked, Question question, Tick forgotten) {
      this.ticket = ticket;
      this.asked = asked;
      this.question = question;
      this.forgotten = forgotten;
    }

    /** By a person, for whom it would be a bother to say so again. */
    boolean isRefused() {
      return refusal != null || people.values().stream().anyMatch(said -> !said.yes());
    }

    /** A yes was for the name that was shown; a no is a no. */
    void takeRefusals(Open other) {
      other.people.forEach(
          (whom, said) -> {
            if (!said.yes()) {
              people.putIfAbsent(whom, said);
            }
          });
      other.remotes.forEach(
          (name, said) -> {
            if (!said.yes()) {
              remotes.putIfAbsent(name, said);
            }
          });
    }

    @Override
    public SortedMap<String, Hearing.PersonSaid> people() {
      return people;
    }

    @Override
    public SortedMap<Fingerprint, Hearing.Voice> approvals() {
      return approvals;
    }

    @Override
    public SortedMap<String, Hearing.RemoteSaid> remotes() {
      return remotes;
    }
  }

  /**
   * @param wall today's date, for certificates and invites
   * @param now for how long the question is kept
   */
  public Reply ask(Question question, WallTime wall, Tick now) {
    Asked asked = asked(question, wall);
    Open known = questions.get(asked);
    if (known == null) {
      return askAnew(asked, question, wall, now);
    }
    if (now.isBefore(known.forgotten)) {
      known.question = question;
      return answer(known, wall);
    }
    questions.remove(asked);
    // Whoever waited is told so; who asks comes again.
    return known.waiting ? unanswered(known) : askAnew(asked, question, wall, now);
  }

  /** Looks at certificates only where this very question was not asked before. */
  private Asked asked(Question question, WallTime wall) {
    return questions.values().stream()
        .filter(each -> each.question.equals(question))
        .findFirst()
        .map(each -> each.asked)
        .orElseGet(
            () ->
                new Asked(
                    Subject.of(question),
                    new Evaluation(
                            rules,
                            lists,
                            invites,
                            serials,
                            question,
                            Evaluation.Heard.NOTHING,
                            wall)
                        .portrayed()));
  }

  private Reply askAnew(Asked asked, Question question, WallTime wall, Tick now) {
    List<Open> underOtherNames =
        questions.values().stream()
            .filter(each -> each.asked.subject.equals(asked.subject))
            .filter(each -> now.isBefore(each.forgotten))
            .toList();
    for (Open each : underOtherNames) {
      if (each.refusal != null) {
        return answer(each, wall);
      }
    }
    Ticket ticket = new Ticket(++tickets);
    if (underOtherNames.size() >= AdmissionLimits.NAMES_OF_ONE) {
      return new Reply.No(
          ticket,
          "The device shows one certificate after the other.",
          "Have it keep to one; another is looked at after "
              + AdmissionLimits.QUESTION_MILLIS / 60_000
              + " minutes.");
    }
    Open open = new Open(ticket, asked, question, now.plusMillis(AdmissionLimits.QUESTION_MILLIS));
    underOtherNames.forEach(open::takeRefusals);
    Reply reply = answer(open, wall);
    // Only what waits for others is kept: to the rest the answer is the same the next time.
    return reply instanceof Reply.Wait ? keep(open).<Reply>map(no -> no).orElse(reply) : reply;
  }

  /** Remembers the question; or says why it cannot. */
  private Optional<Reply.No> keep(Open open) {
    Subject its = open.asked.subject;
    // One's refusals do not make room for its next question: people would be asked again.
    Predicate<Open> ofOne =
        each ->
            each.asked.subject.purpose == its.purpose
                && each.asked.subject.group.equals(its.group)
                && each.asked.subject.device.equals(its.device);
    if (count(ofOne) >= AdmissionLimits.QUESTIONS_OF_ONE
        && !forgetOne(ofOne.and(each -> !each.waiting && !each.isRefused()))) {
      return Optional.of(
          new Reply.No(
              open.ticket,
              "Too many questions of this device wait here, or were refused ("
                  + AdmissionLimits.QUESTIONS_OF_ONE
                  + ").",
              "Answer those that wait, or try again in some minutes."));
    }
    Predicate<Open> ofPurpose = each -> each.asked.subject.purpose == its.purpose;
    // Refusals last: whoever was refused would ask again, and people with it.
    if (count(ofPurpose) >= AdmissionLimits.OPEN_QUESTIONS
        && !forgetOne(ofPurpose.and(each -> !each.waiting && !each.isRefused()))
        && !forgetOne(ofPurpose.and(each -> !each.waiting))) {
      return Optional.of(
          new Reply.No(
              open.ticket,
              "Too many questions wait for an answer here (" + count(ofPurpose) + ").",
              "Answer or refuse those that wait, or try again in some minutes."));
    }
    questions.putLast(open.asked, open);
    return Optional.empty();
  }

  private long count(Predicate<Open> which) {
    return questions.values().stream().filter(which).count();
  }

  private boolean forgetOne(Predicate<Open> which) {
    Optional<Open> oldest = questions.values().stream().filter(which).findFirst();
    oldest.ifPresent(each -> questions.remove(each.asked));
    return oldest.isPresent();
  }

  /** What somebody said; empty when the question is answered already, or forgotten. */
  public Optional<Reply> hear(Hearing hearing, WallTime wall, Tick now) {
    Open open = waiting(hearing.ticket());
    if (open == null || !now.isBefore(open.forgotten)) {
      return Optional.empty();
    }
    switch (hearing) {
      case Hearing.PersonSaid said -> {
        if (wasAsked(open, said)) {
          open.people.putIfAbsent(said.whom(), said);
        }
      }
      case Hearing.OwnerSaid said -> {
        if (!said.yes()) {
          open.waiting = false;
          open.refusal = new Refusal(said.by() + " said no.", "Speak with " + said.by() + '.');
        }
        for (Errand each : open.errands) {
          if (each instanceof Errand.AskPerson ask) {
            open.people.putIfAbsent(
                ask.whom(), new Hearing.PersonSaid(open.ticket, ask.whom(), said.yes(), said.by()));
          }
        }
      }
      case Hearing.RemoteSaid said -> {
        if (wasAsked(open, said)) {
          open.remotes.putIfAbsent(said.name(), said);
        }
      }
      case Hearing.MembersApprove approve -> {
        open.approvals.clear();
        for (Hearing.Voice voice : approve.members()) {
          if (open.approvals.size() < AdmissionLimits.APPROVALS_HEARD) {
            Fingerprint approver = new Fingerprint(Hash32.sha256(voice.key().toArray()));
            open.approvals.putIfAbsent(approver, voice);
          }
        }
      }
    }
    return Optional.of(answer(open, wall));
  }

  /**
   * Words nobody asked for are not kept: the table of what was heard stays as small as the policy.
   */
  private static boolean wasAsked(Open open, Hearing.PersonSaid said) {
    return open.errands.stream()
        .anyMatch(each -> each instanceof Errand.AskPerson ask && ask.whom().equals(said.whom()));
  }

  private static boolean wasAsked(Open open, Hearing.RemoteSaid said) {
    return open.errands.stream()
        .anyMatch(
            each -> each instanceof Errand.CheckRemotely check && check.name().equals(said.name()));
  }

  private @Nullable Open waiting(Ticket ticket) {
    for (Open open : questions.values()) {
      if (open.ticket.equals(ticket)) {
        return open.waiting ? open : null;
      }
    }
    return null;
  }

  private Evaluation evaluation(Open open, WallTime wall) {
    return new Evaluation(rules, lists, invites, serials, open.question, open, wall);
  }

  private Reply answer(Open open, WallTime wall) {
    Refusal refusal = open.refusal;
    if (refusal != null) {
      return new Reply.No(open.ticket, refusal.reason, refusal.remedy);
    }
    Evaluation evaluation = evaluation(open, wall);
    Evaluation.Outcome outcome = evaluation.outcome();
    open.waiting = outcome instanceof Evaluation.Outcome.NotYet;
    if (!open.waiting) {
      // Who approved may be put out before the device asks again.
      open.approvals.clear();
    }
    return switch (outcome) {
      case Evaluation.Outcome.Yes yes -> {
        if (open.question.purpose() == Question.Purpose.ADMIT) {
          yes.invites().forEach(invite -> invites.use(invite, open.question.device()));
          evaluation.path().ifPresent(serials::note);
        }
        yield new Reply.Yes(open.ticket, yes.because());
      }
      case Evaluation.Outcome.No no -> new Reply.No(open.ticket, no.reason(), no.remedy());
      case Evaluation.Outcome.NotYet notYet -> {
        List<Errand> fresh = notYet.errands().stream().filter(open.errands::add).toList();
        yield new Reply.Wait(open.ticket, fresh);
      }
    };
  }

  /** When {@link #forget} has something to do next. */
  public Optional<Tick> nextDeadline() {
    Tick next = null;
    for (Open open : questions.values()) {
      next = Tick.earlier(next, open.forgotten);
    }
    return Optional.ofNullable(next);
  }

  /** Refuses what waited too long; answers those refusals. */
  public List<Reply.No> forget(Tick now) {
    List<Reply.No> unanswered = new ArrayList<>();
    questions
        .values()
        .removeIf(
            open -> {
              boolean over = !now.isBefore(open.forgotten);
              if (over && open.waiting) {
                unanswered.add(unanswered(open));
              }
              return over;
            });
    return unanswered;
  }

  private static Reply.No unanswered(Open open) {
    return new Reply.No(
        open.ticket,
        "Nobody who was asked answered within "
            + AdmissionLimits.QUESTION_MILLIS / 60_000
            + " minutes.",
        "Ask again when somebody is there to answer.");
  }

  /** This question needs no answer any more. */
  public void withdraw(Ticket ticket) {
    questions.values().removeIf(open -> open.ticket.equals(ticket));
  }

  /**
   * Goes by a new file from now on; what was heard so far still counts where the file asks for it.
   *
   * @return what the new file makes of the questions that wait
   */
  public List<Reply> reload(PolicyRules fresh, WallTime wall) {
    rules = fresh;
    invites.keepOnly(fresh.invites());
    return judgeAnew(wall);
  }

  /** What is to be made of the questions that wait, now that something else is known. */
  public List<Reply> judgeAnew(WallTime wall) {
    List<Reply> replies = new ArrayList<>();
    for (Open open : questions.values()) {
      if (open.waiting) {
        replies.add(answer(open, wall));
      }
    }
    return replies;
  }

  /**
   * Takes these lists in place of all earlier ones.
   *
   * @return what is wrong with those that cannot be read; they are left out
   */
  public List<String> takeRevocationLists(List<Bytes> fresh) {
    List<RevocationList> readable = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < fresh.size(); i++) {
      if (readable.size() == AdmissionLimits.REVOCATION_LISTS) {
        faults.add(
            "Only " + AdmissionLimits.REVOCATION_LISTS + " revocation lists are kept at once.");
        break;
      }
      switch (RevocationList.decode(fresh.get(i))) {
        case Decoded.Ok<RevocationList> ok -> readable.add(ok.value());
        case Decoded.Malformed<RevocationList> bad ->
            faults.add("Revocation list " + (i + 1) + " cannot be read: " + bad.reason() + '.');
      }
    }
    lists = List.copyOf(readable);
    return faults;
  }

  /**
   * Adds an invite to those of the file. Like the uses, it is for the caller to keep on disk.
   *
   * @return whether it was added: not when there is one of that name, or there are too many
   */
  public boolean addInvite(Invite invite) {
    boolean taken = rules.invites().stream().anyMatch(each -> each.name().equals(invite.name()));
    return !taken && invites.add(invite);
  }

  /** Adds one, where those that are over by now make room. */
  public boolean addInvite(Invite invite, WallTime now) {
    invites.dropExpired(now);
    invites.keepOnly(rules.invites());
    return addInvite(invite);
  }

  /** Takes back an invite that was added; those of the file go with a change of the file. */
  public void removeInvite(String name) {
    invites.remove(name);
    invites.keepOnly(rules.invites());
  }

  /** Those that were added. */
  public List<Invite> addedInvites() {
    return invites.made();
  }

  /** Who used which invite: to be kept on disk, so that a restart gives no invite a second life. */
  public List<InviteUse> inviteUses() {
    return invites.uses();
  }

  /** What was kept of an earlier start, of those invites that there are. */
  public void restore(List<InviteUse> uses) {
    invites.restore(rules.invites(), uses);
  }
}
