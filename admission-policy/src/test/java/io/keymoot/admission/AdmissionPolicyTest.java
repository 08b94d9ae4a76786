package io.keymoot.admission;

import static io.keymoot.admission.World.NOW;
import static io.keymoot.admission.World.TODAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Questions, answers, and what happens in between.
 *
 * <p>Long, but whole: each rule of a policy file and each thing that can happen to a question has
 * its one test here.
 */
class AdmissionPolicyTest {
  private final World w = new World();

  private static Fingerprint fingerprint(SigningKey key) {
    return Draft.fingerprint(key);
  }

  private static String text(SigningKey key) {
    return CheckedText.of(fingerprint(key));
  }

  private Question stranger() {
    return World.question(Trust.OPEN, w.otherKey, Credential.SELF_MADE.encode());
  }

  private static Reply.Wait waiting(Reply reply) {
    assertThat(reply).isInstanceOf(Reply.Wait.class);
    return (Reply.Wait) reply;
  }

  private static Reply yes(AdmissionPolicy policy, Ticket ticket, String whom) {
    return policy.hear(new Hearing.PersonSaid(ticket, whom, true, "Ada"), TODAY, NOW).orElseThrow();
  }

  private static Reply no(AdmissionPolicy policy, Ticket ticket, String whom) {
    return policy
        .hear(new Hearing.PersonSaid(ticket, whom, false, "Ada"), TODAY, NOW)
        .orElseThrow();
  }

  // ---- single ways

  @Test
  void nobodyMeansNobody() {
    AdmissionPolicy policy = World.admitting("admit: nobody");

    assertThat(policy.ask(w.mayDoorJoin(), TODAY, NOW)).isInstanceOf(Reply.No.class);
  }

  @Test
  void anybodyMeansEverybodyWhomTheGroupItselfAccepts() {
    AdmissionPolicy policy = World.admitting("admit: anybody");

    assertThat(policy.ask(stranger(), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    Question unknown = World.question(w.trust(), w.otherKey, Credential.SELF_MADE.encode());
    assertThat(World.reason(policy.ask(unknown, TODAY, NOW))).isEqualTo("No certificate is shown.");
  }

  @Test
  void anAllowListLetsInTheDevicesItNames() {
    AdmissionPolicy policy = World.admitting("admit:\n  allow:\n    - " + text(w.otherKey));

    assertThat(policy.ask(stranger(), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    Reply other = policy.ask(w.mayDoorJoin(), TODAY, NOW);
    assertThat(other)
        .isInstanceOfSatisfying(
            Reply.No.class, no -> assertThat(no.remedy()).contains(text(w.doorKey)));
  }

  @Test
  void theDenyListGoesBeforeEverythingElse() {
    AdmissionPolicy policy =
        World.admitting("deny:\n  devices: [" + text(w.otherKey) + "]\nadmit: anybody");

    assertThat(World.reason(policy.ask(stranger(), TODAY, NOW))).contains("on the deny list");
    assertThat(policy.ask(w.mayDoorJoin(), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void certificatesCanBeDeniedByPattern() {
    AdmissionPolicy policy =
        World.admitting("deny: {certificates: ['ou=Doors']}\nadmit: {certificate: any}");

    assertThat(World.reason(policy.ask(w.mayDoorJoin(), TODAY, NOW)))
        .isEqualTo("The certificate of \"door 7\" matches the deny list: ou=Doors.");
  }

  @Test
  void aCertificateMustMatchOneOfThePatterns() {
    AdmissionPolicy policy =
        World.admitting("admit: {certificate: ['cn=window *', 'spiffe=spiffe://example.org/**']}");
    AdmissionPolicy windows = World.admitting("admit: {certificate: ['cn=window *']}");

    assertThat(policy.ask(w.mayDoorJoin(), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(windows.ask(w.mayDoorJoin(), TODAY, NOW)).isInstanceOf(Reply.No.class);
  }

  @Test
  void aPersonIsAskedOnceHoweverOftenTheNewcomerRepeatsItself() {
    AdmissionPolicy policy = World.admitting("admit: {ask: chair}");

    Reply.Wait first = waiting(policy.ask(stranger(), TODAY, NOW));
    assertThat(first.errands())
        .singleElement()
        .isInstanceOfSatisfying(
            Errand.AskPerson.class,
            ask -> {
              assertThat(ask.whom()).isEqualTo("chair");
              assertThat(ask.about().device()).isEqualTo(fingerprint(w.otherKey));
              assertThat(ask.about().shown()).isEqualTo("a device that nobody vouches for");
            });
    Reply.Wait again = waiting(policy.ask(stranger(), TODAY, NOW));
    assertThat(again.ticket()).isEqualTo(first.ticket());
    assertThat(again.errands()).isEmpty();

    assertThat(yes(policy, first.ticket(), "chair"))
        .isEqualTo(new Reply.Yes(first.ticket(), "chair (Ada) said yes"));
    assertThat(policy.ask(stranger(), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void whatThePersonIsShownNamesWhoCertifiedTheDevice() {
    AdmissionPolicy policy = World.admitting("admit: {ask: chair}");

    Errand errand = waiting(policy.ask(w.mayDoorJoin(), TODAY, NOW)).errands().get(0);

    assertThat(((Errand.AskPerson) errand).about().shown())
        .isEqualTo("\"door 7\", certified by \"Ward 3\" under \"Example root\"");
  }

  @Test
  void aPersonsNoStandsUntilTheQuestionIsForgotten() {
    AdmissionPolicy policy = World.admitting("admit: {ask: chair}");
    Ticket ticket = waiting(policy.ask(stranger(), TODAY, NOW)).ticket();

    assertThat(World.reason(no(policy, ticket, "chair"))).isEqualTo("chair (Ada) said no.");
    assertThat(policy.ask(stranger(), TODAY, NOW)).isInstanceOf(Reply.No.class);
    assertThat(policy.hear(new Hearing.PersonSaid(ticket, "chair", true, "Eve"), TODAY, NOW))
        .isEmpty();

    Tick later = NOW.plusMillis(AdmissionLimits.QUESTION_MILLIS);
    assertThat(waiting(policy.ask(stranger(), TODAY, later)).errands()).hasSize(1);
  }

  @Test
  void whoWasNotAskedIsNotHeard() {
    AdmissionPolicy policy = World.admitting("admit: {ask: chair}");
    Ticket ticket = waiting(policy.ask(stranger(), TODAY, NOW)).ticket();

    assertThat(yes(policy, ticket, "porter")).isInstanceOf(Reply.Wait.class);
    assertThat(policy.hear(new Hearing.RemoteSaid(ticket, "chair", true, ""), TODAY, NOW))
        .get()
        .isInstanceOf(Reply.Wait.class);
    assertThat(policy.hear(new Hearing.PersonSaid(new Ticket(99), "chair", true, "x"), TODAY, NOW))
        .isEmpty();

    // Nor is it kept for the day on which it would be asked.
    String askingPorter = World.fileAdmitting("admit: {ask: porter}");
    assertThat(policy.reload(World.rules(askingPorter), TODAY))
        .singleElement()
        .isInstanceOf(Reply.Wait.class);
  }

  @Test
  void aRemoteCheckAnswersForItself() {
    AdmissionPolicy policy = World.admitting("admit: {remote: badge system}");
    Ticket ticket = waiting(policy.ask(stranger(), TODAY, NOW)).ticket();

    Reply reply =
        policy
            .hear(
                new Hearing.RemoteSaid(ticket, "badge system", false, "unknown badge"), TODAY, NOW)
            .orElseThrow();

    assertThat(World.reason(reply)).isEqualTo("The check \"badge system\" said no: unknown badge");
  }

  // ---- approvals

  /** What the policy says once this member has said yes. */
  private static Reply approved(
      AdmissionPolicy policy, Ticket ticket, SigningKey by, Bytes credential, WallTime wall) {
    return policy
        .hear(
            new Hearing.MembersApprove(ticket, List.of(new Hearing.Voice(by.spki(), credential))),
            wall,
            NOW)
        .orElseThrow();
  }

  private static Hearing approvals(Ticket ticket, SigningKey... by) {
    return new Hearing.MembersApprove(
        ticket,
        Stream.of(by)
            .map(key -> new Hearing.Voice(key.spki(), Credential.SELF_MADE.encode()))
            .toList());
  }

  @Test
  void approvalsAreCountedByDeviceAndNobodyApprovesItself() {
    AdmissionPolicy policy = World.admitting("admit: {approvals: 2}");
    Reply.Wait asked = waiting(policy.ask(stranger(), TODAY, NOW));
    Ticket ticket = asked.ticket();
    assertThat(asked.errands())
        .singleElement()
        .isInstanceOfSatisfying(
            Errand.CollectApprovals.class, each -> assertThat(each.count()).isEqualTo(2));

    assertThat(policy.hear(approvals(ticket, w.doorKey), TODAY, NOW).orElseThrow())
        .isInstanceOf(Reply.Wait.class);
    assertThat(policy.hear(approvals(ticket, w.doorKey, w.doorKey), TODAY, NOW).orElseThrow())
        .isInstanceOf(Reply.Wait.class);
    assertThat(policy.hear(approvals(ticket, w.doorKey, w.otherKey), TODAY, NOW).orElseThrow())
        .isInstanceOf(Reply.Wait.class);
    assertThat(policy.hear(approvals(ticket, w.doorKey, w.siteKey), TODAY, NOW).orElseThrow())
        .isEqualTo(new Reply.Yes(ticket, "2 members approve"));
  }

  @Test
  void whoseApprovalIsNotAmongThemAnyMoreIsNotCounted() {
    AdmissionPolicy policy = World.admitting("admit: {approvals: 2}");
    Ticket ticket = waiting(policy.ask(stranger(), TODAY, NOW)).ticket();
    policy.hear(approvals(ticket, w.doorKey), TODAY, NOW);
    assertThat(policy.hear(approvals(ticket, w.siteKey), TODAY, NOW).orElseThrow())
        .isInstanceOf(Reply.Wait.class);
    assertThat(policy.hear(approvals(ticket, w.doorKey, w.siteKey), TODAY, NOW).orElseThrow())
        .isInstanceOf(Reply.Yes.class);
  }

  @Test
  void theDenyListGoesBeforeApprovalsToo() {
    Bytes newcomer = Draft.device(World.SITE, w.siteKey, "CN=new", w.otherKey).sign();
    Question question =
        World.question(w.trust(), w.otherKey, World.credential(newcomer, w.siteDer));
    for (String deny :
        List.of("devices: [" + text(w.doorKey) + ']', "certificates: ['ou=Doors']")) {
      AdmissionPolicy policy = World.admitting("deny: {" + deny + "}\nadmit: {approvals: 1}");
      Ticket ticket = waiting(policy.ask(question, TODAY, NOW)).ticket();
      assertThat(approved(policy, ticket, w.doorKey, w.doorCredential(), TODAY))
          .as(deny)
          .isInstanceOf(Reply.Wait.class);
    }
  }

  @Test
  void approvalsCanBeAskedOfCertainMembersOnly() {
    AdmissionPolicy policy = World.admitting("admit: {approvals: {count: 1, from: ['ou=Doors']}}");
    Bytes byWindow =
        Draft.device(World.SITE, w.siteKey, "O=Example,OU=Windows,CN=w", w.curveKey).sign();
    Bytes newcomer = Draft.device(World.SITE, w.siteKey, "CN=new", w.otherKey).sign();
    Ticket ticket =
        waiting(
                policy.ask(
                    World.question(w.trust(), w.otherKey, World.credential(newcomer, w.siteDer)),
                    TODAY,
                    NOW))
            .ticket();

    Reply window =
        approved(policy, ticket, w.curveKey, World.credential(byWindow, w.siteDer), TODAY);
    Reply door = approved(policy, ticket, w.doorKey, w.doorCredential(), TODAY);

    assertThat(window).isInstanceOf(Reply.Wait.class);
    assertThat(door).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void anExpiredMemberStillApproves() {
    AdmissionPolicy policy = World.admitting("admit: {approvals: {count: 1, from: ['ou=Doors']}}");
    Bytes newcomer = Draft.device(World.SITE, w.siteKey, "CN=new", w.otherKey).sign();
    WallTime muchLater = Draft.DIES.plusDays(1000);
    Question question =
        World.question(w.trust(), w.otherKey, World.credential(newcomer, w.siteDer));
    Ticket ticket = waiting(policy.ask(question, muchLater, NOW)).ticket();

    assertThat(approved(policy, ticket, w.doorKey, w.doorCredential(), muchLater))
        .isInstanceOf(Reply.Yes.class);
  }

  @Test
  void whoseCredentialTheGroupItselfWouldNotTakeApprovesNobody() {
    AdmissionPolicy policy = World.admitting("admit: {approvals: 1}");
    Bytes newcomer = Draft.device(World.SITE, w.siteKey, "CN=new", w.otherKey).sign();
    Question question =
        World.question(w.trust(), w.otherKey, World.credential(newcomer, w.siteDer));
    Ticket ticket = waiting(policy.ask(question, TODAY, NOW)).ticket();

    assertThat(approved(policy, ticket, w.doorKey, Credential.SELF_MADE.encode(), TODAY))
        .isInstanceOf(Reply.Wait.class);
    assertThat(approved(policy, ticket, w.doorKey, w.doorCredential(), TODAY))
        .isInstanceOf(Reply.Yes.class);
  }

  // ---- composition

  @Test
  void anyIsOneOfThemAndAsksNobodyWhereOneHoldsAlready() {
    AdmissionPolicy policy =
        World.admitting(
            "admit:\n  any:\n    - ask: chair\n    - certificate: any\n    - ask: porter");

    assertThat(policy.ask(w.mayDoorJoin(), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    Reply.Wait wait = waiting(policy.ask(stranger(), TODAY, NOW));
    assertThat(wait.errands()).hasSize(2);
    assertThat(no(policy, wait.ticket(), "chair")).isInstanceOf(Reply.Wait.class);
    assertThat(World.reason(no(policy, wait.ticket(), "porter")))
        .contains("chair (Ada) said no.", "No certificate", "porter (Ada) said no.");
  }

  @Test
  void allIsEveryOneOfThemAndAsksNobodyWhereOneFailsAlready() {
    AdmissionPolicy policy =
        World.admitting("admit:\n  all:\n    - ask: chair\n    - certificate: any");

    assertThat(policy.ask(stranger(), TODAY, NOW)).isInstanceOf(Reply.No.class);
    Ticket ticket = waiting(policy.ask(w.mayDoorJoin(), TODAY, NOW)).ticket();
    assertThat(yes(policy, ticket, "chair")).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void twoOfThreeIsTwoOfThree() {
    String file =
        "admit:\n  at_least: 2\n  of:\n    - ask: chair\n    - ask: porter\n    - certificate: any";

    AdmissionPolicy one = World.admitting(file);
    Ticket ticket = waiting(one.ask(w.mayDoorJoin(), TODAY, NOW)).ticket();
    assertThat(no(one, ticket, "chair")).isInstanceOf(Reply.Wait.class);
    assertThat(yes(one, ticket, "porter")).isInstanceOf(Reply.Yes.class);

    AdmissionPolicy two = World.admitting(file);
    Ticket other = waiting(two.ask(stranger(), TODAY, NOW)).ticket();
    assertThat(no(two, other, "chair")).isInstanceOf(Reply.No.class);
  }

  @Test
  void rulesNest() {
    AdmissionPolicy policy =
        World.admitting(
            """
            admit:
              any:
                - certificate: any
                - all:
                    - ask: chair
                    - any:
                        - remote: badge system
                        - approvals: 1
            """);
    Reply.Wait wait = waiting(policy.ask(stranger(), TODAY, NOW));

    assertThat(wait.errands()).hasSize(3);
    assertThat(yes(policy, wait.ticket(), "chair")).isInstanceOf(Reply.Wait.class);
    assertThat(policy.hear(approvals(wait.ticket(), w.doorKey), TODAY, NOW))
        .get()
        .isEqualTo(new Reply.Yes(wait.ticket(), "chair (Ada) said yes; 1 member approves"));
  }

  @Test
  void aCertificateThatEndsWhileAPersonThinksIsNoticed() {
    AdmissionPolicy policy =
        World.admitting("admit:\n  all:\n    - ask: chair\n    - certificate: any");
    Ticket ticket = waiting(policy.ask(w.mayDoorJoin(), TODAY, NOW)).ticket();

    Reply reply =
        policy
            .hear(new Hearing.PersonSaid(ticket, "chair", true, "Ada"), Draft.DIES.plusDays(1), NOW)
            .orElseThrow();

    assertThat(World.reason(reply)).contains("expired");
  }

  // ---- the other purposes

  private static final String OTHERS = "version: 1\nadmit: nobody\n";

  @Test
  void whoMayExpelIsAnotherQuestionThanWhoMayJoin() {
    AdmissionPolicy policy =
        new AdmissionPolicy(
            World.rules(
                OTHERS
                    + "expel: {certificate: ['role=chair']}\nfounder: nobody\nintroducer: nobody"));
    Bytes chair = w.door().uri("keymoot:role:chair").sign();
    Bytes site = w.site().uri("keymoot:role:*").sign();
    Trust trust = w.trust();
    Question byChair =
        new Question(
            Question.Purpose.EXPEL,
            World.GROUP,
            trust,
            w.doorKey.spki(),
            World.credential(chair, site),
            Optional.of(fingerprint(w.otherKey)));

    assertThat(policy.ask(byChair, TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(
            policy.ask(
                World.question(Question.Purpose.EXPEL, trust, w.doorKey, w.doorCredential()),
                TODAY,
                NOW))
        .isInstanceOf(Reply.No.class);
    assertThat(policy.ask(w.mayDoorJoin(), TODAY, NOW)).isInstanceOf(Reply.No.class);
  }

  @Test
  void theTargetOfAnExpulsionDoesNotApproveOrDisapproveOfIt() {
    AdmissionPolicy policy =
        new AdmissionPolicy(
            World.rules(OTHERS + "expel: {approvals: 1}\nfounder: nobody\nintroducer: nobody"));
    Question question =
        new Question(
            Question.Purpose.EXPEL,
            World.GROUP,
            Trust.OPEN,
            w.doorKey.spki(),
            Credential.SELF_MADE.encode(),
            Optional.of(fingerprint(w.otherKey)));
    Ticket ticket = waiting(policy.ask(question, TODAY, NOW)).ticket();

    assertThat(policy.hear(approvals(ticket, w.otherKey), TODAY, NOW))
        .get()
        .isInstanceOf(Reply.Wait.class);
    assertThat(policy.hear(approvals(ticket, w.siteKey), TODAY, NOW))
        .get()
        .isInstanceOf(Reply.Yes.class);
  }

  private AdmissionPolicy newcomer(String founder) {
    return new AdmissionPolicy(
        World.rules(
            "version: 1\nadmit: nobody\nexpel: nobody\nintroducer: {certificate: any}\n"
                + "trust:\n  anchors:\n    - |\n"
                + Pem.write(Pem.CERTIFICATE, w.rootDer).indent(6)
                + "founder: "
                + founder));
  }

  @Test
  void aNewcomerJudgesTheFounderByItsOwnAnchorsAndNotByTheGroups() {
    AdmissionPolicy policy = newcomer("{certificate: ['ou=Doors']}");
    Bytes fakeRoot = Draft.root("CN=Fake", w.otherKey).sign();
    Bytes fake = Draft.device("CN=Fake", w.otherKey, World.DOOR, w.doorKey).sign();
    Trust fakeTrust = new Trust(List.of(fakeRoot), List.of(), Optional.empty());

    Reply genuine =
        policy.ask(
            World.question(Question.Purpose.FOUNDER, w.trust(), w.doorKey, w.doorCredential()),
            TODAY,
            NOW);
    Reply forged =
        policy.ask(
            World.question(Question.Purpose.FOUNDER, fakeTrust, w.doorKey, World.credential(fake)),
            TODAY,
            NOW);

    assertThat(genuine).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(forged)).contains("not an anchor here");
  }

  @Test
  void aFounderGivesItselfNoRoleThatTheNewcomersAnchorsDoNotGiveIt() {
    AdmissionPolicy policy = newcomer("{certificate: ['role=chair']}");
    Question boast =
        World.question(
            Question.Purpose.FOUNDER,
            w.trust("role chair: ou=Doors"),
            w.doorKey,
            w.doorCredential());

    assertThat(policy.ask(boast, TODAY, NOW)).isInstanceOf(Reply.No.class);
  }

  @Test
  void betweenMembersTheRolesAreThoseOfTheGroup() {
    AdmissionPolicy policy =
        new AdmissionPolicy(
            World.rules(
                OTHERS
                    + "expel: {certificate: ['role=chair']}\nfounder: nobody\nintroducer: nobody\n"
                    + "trust:\n  anchors:\n    - |\n"
                    + Pem.write(Pem.CERTIFICATE, w.rootDer).indent(6)));
    Question question =
        World.question(
            Question.Purpose.EXPEL, w.trust("role chair: ou=Doors"), w.doorKey, w.doorCredential());

    assertThat(policy.ask(question, TODAY, NOW)).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void aGroupOutlivesTheCertificateOfItsFounderUnlessThatWasRevoked() {
    AdmissionPolicy newcomer = newcomer("{certificate: any}");
    WallTime later = TODAY.plusDays(36_500);
    Question founder =
        World.question(Question.Purpose.FOUNDER, w.trust(), w.doorKey, w.doorCredential());
    Question introducer =
        World.question(Question.Purpose.INTRODUCER, w.trust(), w.doorKey, w.doorCredential());

    assertThat(newcomer.ask(founder, later, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(newcomer.ask(introducer, later, NOW))).contains("expired");

    Bytes list = BadCertificatesTest.list(w, w.siteKey, w.siteDer, w.doorDer, 7);
    assertThat(newcomer.takeRevocationLists(List.of(list))).isEmpty();
    assertThat(World.reason(newcomer.ask(founder, later, NOW))).contains("was revoked");
  }

  @Test
  void aNewcomerJudgesItsIntroducerToo() {
    AdmissionPolicy policy = newcomer("nobody");
    Question genuine =
        World.question(Question.Purpose.INTRODUCER, w.trust(), w.doorKey, w.doorCredential());

    assertThat(policy.ask(genuine, TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(policy.ask(genuine, Draft.DIES.plusDays(2), NOW))).contains("expired");
  }

  @Test
  void aNewcomerCanPinTheGroup() {
    AdmissionPolicy right = newcomer("{group: " + World.GROUP.hash().toHex() + "}");
    AdmissionPolicy wrong = newcomer("{group: " + "00".repeat(32) + "}");
    Question question =
        World.question(
            Question.Purpose.FOUNDER, Trust.OPEN, w.otherKey, Credential.SELF_MADE.encode());

    assertThat(right.ask(question, TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(wrong.ask(question, TODAY, NOW))).contains("is not one named");
  }

  // ---- bounds, time, reload

  @Test
  void whatNobodyAnswersIsRefusedInTheEnd() {
    AdmissionPolicy policy = World.admitting("admit: {ask: chair}");
    Ticket ticket = waiting(policy.ask(stranger(), TODAY, NOW)).ticket();
    Tick deadline = policy.nextDeadline().orElseThrow();

    assertThat(deadline).isEqualTo(NOW.plusMillis(AdmissionLimits.QUESTION_MILLIS));
    assertThat(policy.forget(new Tick(deadline.millis() - 1))).isEmpty();
    assertThat(policy.forget(deadline))
        .singleElement()
        .satisfies(no -> assertThat(no.ticket()).isEqualTo(ticket))
        .satisfies(
            no ->
                assertThat(no.reason())
                    .isEqualTo("Nobody who was asked answered within 10 minutes."));
    assertThat(policy.nextDeadline()).isEmpty();
    assertThat(policy.hear(new Hearing.PersonSaid(ticket, "chair", true, "x"), TODAY, deadline))
        .isEmpty();
  }

  @Test
  void theNumberOfOpenQuestionsIsBounded() {
    AdmissionPolicy policy = World.admitting("admit: {ask: chair}");
    Ticket first = new Ticket(0);
    for (int i = 0; i < AdmissionLimits.OPEN_QUESTIONS; i++) {
      Reply reply = policy.ask(question(i), TODAY, NOW);
      first = i == 0 ? reply.ticket() : first;
      assertThat(reply).isInstanceOf(Reply.Wait.class);
    }

    assertThat(World.reason(policy.ask(question(1_000), TODAY, NOW)))
        .isEqualTo("Too many questions wait for an answer here (256).");
    yes(policy, first, "chair");
    assertThat(policy.ask(question(1_000), TODAY, NOW)).isInstanceOf(Reply.Wait.class);
    assertThat(policy.ask(question(1_001), TODAY, NOW)).isInstanceOf(Reply.No.class);
  }

  private static Question question(int number) {
    return new Question(
        Question.Purpose.ADMIT,
        World.GROUP,
        Trust.OPEN,
        Bytes.owning(Hash32.sha256(new byte[] {(byte) number, (byte) (number >> 8)}).toArray()),
        Credential.SELF_MADE.encode(),
        Optional.empty());
  }

  @Test
  void whoFloodsWithQuestionsMakesNoPersonSayNoTwice() {
    AdmissionPolicy policy = World.admitting("admit: {ask: chair}");
    no(policy, policy.ask(question(0), TODAY, NOW).ticket(), "chair");
    for (int i = 1; i < AdmissionLimits.OPEN_QUESTIONS; i++) {
      yes(policy, policy.ask(question(i), TODAY, NOW).ticket(), "chair");
    }
    for (int i = 0; i < AdmissionLimits.OPEN_QUESTIONS - 1; i++) {
      assertThat(policy.ask(question(1_000 + i), TODAY, NOW)).isInstanceOf(Reply.Wait.class);
    }

    assertThat(World.reason(policy.ask(question(0), TODAY, NOW))).isEqualTo("chair (Ada) said no.");
  }

  @Test
  void aReloadAnswersWhatWaitsByTheNewFile() {
    AdmissionPolicy policy = World.admitting("admit: {ask: chair}");
    Ticket stranger = waiting(policy.ask(stranger(), TODAY, NOW)).ticket();
    Ticket door = waiting(policy.ask(w.mayDoorJoin(), TODAY, NOW)).ticket();

    List<Reply> replies =
        policy.reload(
            World.rules(World.fileAdmitting("admit: {any: [{certificate: any}, {ask: porter}]}")),
            TODAY);

    assertThat(replies).hasSize(2);
    assertThat(waiting(replies.get(0)).ticket()).isEqualTo(stranger);
    assertThat(waiting(replies.get(0)).errands())
        .singleElement()
        .isInstanceOfSatisfying(
            Errand.AskPerson.class, ask -> assertThat(ask.whom()).isEqualTo("porter"));
    assertThat(replies.get(1)).isInstanceOf(Reply.Yes.class);
    assertThat(replies.get(1).ticket()).isEqualTo(door);
  }

  @Test
  void theSameQuestionsInTheSameOrderGiveTheSameAnswers() {
    assertThat(story()).isEqualTo(story());
  }

  private List<Reply> story() {
    AdmissionPolicy policy =
        World.admitting("admit: {any: [{certificate: any}, {ask: b}, {ask: a}, {remote: c}]}");
    return List.of(
        policy.ask(stranger(), TODAY, NOW),
        policy.ask(w.mayDoorJoin(), TODAY, NOW),
        policy.ask(question(7), TODAY, NOW),
        yes(policy, new Ticket(3), "a"));
  }
}
