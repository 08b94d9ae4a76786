package io.keymoot.simulator.plant;

import java.util.List;

/**
 * One mistake.
 *
 * @param what is wrong then
 * @param type and {@code method}: where
 * @param mistake the class whose advice makes it
 * @param byzantine so many liars are needed for it to matter
 */
public record Plant(
    String name, String what, String type, String method, String mistake, int byzantine) {
  private static final String CORE = "io.keymoot.flatkeying.";
  private static final String OWN = "io.keymoot.simulator.plant.Mistakes$";
  private static final String RULES = CORE + "keying.PlantedBug$";

  private static Plant of(String name, String what, String where, String mistake) {
    return of(name, what, where, mistake, 0);
  }

  private static Plant of(String name, String what, String where, String mistake, int byzantine) {
    int at = where.indexOf('#');
    String type = where.substring(0, at);
    String whole = type.startsWith("io.") ? type : CORE + type;
    return new Plant(name, what, whole, where.substring(at + 1), mistake, byzantine);
  }

  public static List<Plant> all() {
    return List.of(
        of(
            "sends-under-an-unclean-epoch",
            "an epoch that an expulsion made unclean is still sent under",
            "keying.Sending#mayStillUse",
            RULES + "Yes"),
        of(
            "every-epoch-is-clean",
            "an epoch counts as clean whoever is out",
            "group.Ledger#isClean",
            OWN + "Yes"),
        of(
            "gives-by-the-present-roster",
            "whoever is in now is given everything",
            "group.Ledger#leastRevisionFor",
            RULES + "ByPresentRoster"),
        of(
            "gives-one-revision-too-early",
            "a newcomer that asks gets the key from before it came",
            "group.Ledger#leastRevisionFor",
            RULES + "GivenOneTooEarly"),
        of(
            "grants-one-revision-too-early",
            "a newcomer is let in with the key from before it came",
            "keying.Joining#grantable",
            RULES + "OneTooEarly"),
        of(
            "a-revision-that-does-not-step",
            "a newcomer is handed the bytes of the key from before it came, under a later number",
            "key.EpochSecret#at",
            CORE + "key.EpochMistakes$NoStep"),
        of(
            "wraps-for-whoever-held-the-epoch-before",
            "the new secret is wrapped under a key that the one put out has",
            "keying.Rekeying#isNobodyOutSince",
            RULES + "Yes"),
        of(
            "seals-to-whoever-was-in",
            "who is put out is sealed to like the others",
            "keying.Rekeying#cover",
            RULES + "ForWhoWasIn"),
        of(
            "one-vote-expels",
            "whoever wants somebody out has the right",
            "group.RightsOf#toExpelOrPardon",
            CORE + "group.PlantedVerdict$Holds"),
        of(
            "an-expelled-device-comes-in-again",
            "a request of a device that was put out begins a stay",
            "group.Validity#row",
            CORE + "group.PlantedVerdict$Holds",
            3),
        of(
            "ends-end-nothing",
            "an expulsion or a leave is taken and nobody is out",
            "group.Growth#endHard",
            OWN + "Nothing"),
        of(
            "nothing-is-erased",
            "superseded epochs are kept for ever",
            "keying.KeyStore#markSuperseded",
            OWN + "Nothing"),
        of(
            "overdue-timers-wait",
            "who wakes from a long sleep hears all that came meanwhile before it erases what is"
                + " due",
            "io.keymoot.peer.Peer#isOverdue",
            OWN + "No"),
        of(
            "nobody-ever-rekeys",
            "no epoch is owed, whatever happens",
            "keying.FlatKeying#whyRekey",
            OWN + "Nothing"),
        of(
            "answers-to-fetches-are-dropped",
            "facts that were asked for are not taken",
            "keying.Syncing#offer",
            OWN + "OnlyHalf"),
        of(
            "a-counter-that-stands-still",
            "a sender counts to two, and then again",
            "frame.FrameSealer#takeNumber",
            OWN + "CountsToTwo"),
        of(
            "frames-open-twice",
            "a replayed frame counts as new",
            "frame.ReplayWindow$Block#mark",
            OWN + "YesWithoutLooking"),
        of(
            "needs-go-unanswered",
            "nobody gives what it is asked for",
            "keying.NeedGive#revisionToGive",
            OWN + "MinusOne"),
        of(
            "the-honest-are-convicted",
            "any two words of a member that are not the same prove it a liar",
            "group.Membership#covers",
            OWN + "No"),
        of(
            "facts-need-no-signature",
            "facts are taken whoever signed them",
            "fact.FactVerifier#checkSignature",
            OWN + "NoObjection"),
        of(
            "words-need-no-signature",
            "whoever says that somebody leaves is believed",
            "fact.FactVerifier#holds",
            OWN + "Yes"),
        of(
            "nobody-beats",
            "no heartbeat is sent",
            "io.keymoot.heartbeat.Heartbeat#beat",
            OWN + "Nothing"),
        of(
            "a-here-ends-nothing",
            "who renews after a leak is still read along with",
            "group.Growth#endSoftly",
            RULES + "HereEndsNothing"),
        of(
            "an-unclean-slot-counts-as-clean",
            "a KEK that somebody who is out had is wrapped under",
            "group.GroupState#isClean",
            OWN + "Yes"),
        of(
            "an-exception-of-a-kind-that-nobody-thought-of",
            "the code finds a map changed under its hands",
            "keying.Pending#targets",
            OWN + "Throws"),
        of(
            "void-admissions-count",
            "whom somebody let in beside its own expulsion stays in",
            "group.Ends#beside",
            RULES + "NobodyIsBeside",
            2));
  }
}
