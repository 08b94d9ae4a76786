package io.keymoot.simulator.plant;

import java.util.List;

/**
 * One mistake.
 *
 * @param breaks the property that does not hold then
 * @param what is wrong then
 * @param type and {@code method}: where
 * @param mistake the class whose advice makes it
 */
public record Plant(
    String name, String breaks, String what, String type, String method, String mistake) {
  private static final String CORE = "io.keymoot.flatkeying.";
  private static final String OWN = "io.keymoot.simulator.plant.Mistakes$";
  private static final String RULES = CORE + "keying.PlantedBug$";

  private static Plant of(String name, String breaks, String what, String where, String mistake) {
    int at = where.indexOf('#');
    String type = where.substring(0, at);
    String whole = type.startsWith("io.") ? type : CORE + type;
    return new Plant(name, breaks, what, whole, where.substring(at + 1), mistake);
  }

  public static List<Plant> all() {
    return List.of(
        of(
            "sends-under-an-unclean-epoch",
            "I3",
            "an epoch that an expulsion made unclean is still sent under",
            "keying.Sending#mayStillUse",
            RULES + "Yes"),
        of(
            "every-epoch-is-clean",
            "I3",
            "an epoch counts as clean whoever is out",
            "group.Ledger#isClean",
            OWN + "Yes"),
        of(
            "gives-by-the-present-roster",
            "P4",
            "whoever is in now is given everything",
            "group.Ledger#leastRevisionFor",
            RULES + "ByPresentRoster"),
        of(
            "gives-one-revision-too-early",
            "P4",
            "a newcomer that asks gets the key from before it came",
            "group.Ledger#leastRevisionFor",
            RULES + "GivenOneTooEarly"),
        of(
            "grants-one-revision-too-early",
            "P4",
            "a newcomer is let in with the key from before it came",
            "keying.Joining#grantable",
            RULES + "OneTooEarly"),
        of(
            "a-revision-that-does-not-step",
            "P4",
            "a newcomer is handed the bytes of the key from before it came, under a later number",
            "key.EpochSecret#at",
            CORE + "key.EpochMistakes$NoStep"),
        of(
            "a-session-that-stands-still",
            "I4",
            "two seals to one member are under one key",
            "key.SendChain#stepped",
            CORE + "key.SealMistakes$NoStep"),
        of(
            "a-slot-wraps-all-under-one-key",
            "I4",
            "of two epochs made side by side the secrets are wrapped under one key of a slot",
            "key.Kek#wrapKey",
            CORE + "key.SealMistakes$OneKeyForAllWraps"),
        of(
            "wraps-for-whoever-held-the-epoch-before",
            "I3",
            "the new secret is wrapped under a key that the one put out has",
            "keying.Rekeying#isNobodyOutSince",
            RULES + "Yes"),
        of(
            "seals-to-whoever-was-in",
            "I3",
            "who is put out is sealed to like the others",
            "keying.Rekeying#cover",
            RULES + "ForWhoWasIn"),
        of(
            "one-vote-expels",
            "I5",
            "whoever wants somebody out has the right",
            "group.RightsOf#toExpelOrPardon",
            CORE + "group.PlantedVerdict$Holds"),
        of(
            "an-expelled-device-comes-in-again",
            "I6",
            "a request of a device that was put out begins a stay",
            "group.Validity#row",
            CORE + "group.PlantedVerdict$Holds"),
        of(
            "ends-end-nothing",
            "I6",
            "an expulsion or a leave is taken and nobody is out",
            "group.Growth#endHard",
            OWN + "Nothing"),
        of(
            "nothing-is-erased",
            "P8",
            "superseded epochs are kept for ever",
            "keying.KeyStore#markSuperseded",
            OWN + "Nothing"),
        of(
            "overdue-timers-wait",
            "P8",
            "who wakes from a long sleep hears all that came meanwhile before it erases what is"
                + " due",
            "io.keymoot.peer.Peer#isOverdue",
            OWN + "No"),
        of(
            "nobody-ever-rekeys",
            "L2",
            "no epoch is owed, whatever happens",
            "keying.FlatKeying#whyRekey",
            OWN + "Nothing"),
        of(
            "answers-to-fetches-are-dropped",
            "L2",
            "facts that were asked for are not taken",
            "keying.Syncing#offer",
            OWN + "OnlyHalf"),
        of(
            "a-counter-that-stands-still",
            "I4",
            "a sender counts to two, and then again",
            "frame.FrameSealer#takeNumber",
            OWN + "CountsToTwo"),
        of(
            "frames-open-twice",
            "P7",
            "a replayed frame counts as new",
            "frame.ReplayWindow$Block#mark",
            OWN + "YesWithoutLooking"),
        of(
            "needs-go-unanswered",
            "L2",
            "nobody gives what it is asked for",
            "keying.NeedGive#revisionToGive",
            OWN + "MinusOne"),
        of(
            "the-honest-are-convicted",
            "P10",
            "any two words of a member that are not the same prove it a liar",
            "group.Membership#covers",
            OWN + "No"),
        of(
            "facts-need-no-signature",
            "I5",
            "facts are taken whoever signed them",
            "fact.FactVerifier#checkSignature",
            OWN + "NoObjection"),
        of(
            "words-need-no-signature",
            "I5",
            "whoever says that somebody leaves is believed",
            "fact.FactVerifier#holds",
            OWN + "Yes"),
        of(
            "nobody-beats",
            "L2",
            "no heartbeat is sent",
            "io.keymoot.heartbeat.Heartbeat#beat",
            OWN + "Nothing"),
        of(
            "a-here-ends-nothing",
            "I3",
            "who renews after a leak is still read along with",
            "group.Growth#endSoftly",
            RULES + "HereEndsNothing"),
        of(
            "an-unclean-slot-counts-as-clean",
            "I3",
            "a KEK that somebody who is out had is wrapped under",
            "group.GroupState#isClean",
            OWN + "Yes"),
        of(
            "frames-never-follow",
            "I3",
            "frames stay under the key that they had, whoever has gone since",
            "io.keymoot.peer.TakeUp#activate",
            OWN + "KeepsTheFirst"),
        of(
            "requests-are-not-held-against-their-hashes",
            "P6",
            "who sends a member's request with a leaf key of its own is granted the key",
            "keying.Joining#isWhatItSays",
            OWN + "Yes"),
        of(
            "a-combiner-that-forgets-a-half",
            "P6",
            "who breaks X25519 later reads what was recorded",
            "crypto.XWing#combine",
            CORE + "crypto.XWingMistakes$NoLattice"),
        of(
            "what-an-expelled-one-had-is-kept",
            "P8",
            "after an expulsion an epoch is kept as long as after a leave",
            "keying.KeyStore#isAnyUncleanByForce",
            OWN + "No"),
        of(
            "old-revisions-are-kept",
            "P8",
            "the key from before somebody came is never forgotten",
            "keying.KeyStore#letOldRevisionsGo",
            OWN + "Nothing"),
        of(
            "facts-come-to-something-else-in-another-order",
            "I1",
            "of two admissions side by side one counts only for who learnt of it first",
            "group.Growth#revisions",
            CORE + "group.StateMistakes$ByOrder"),
        of(
            "a-fact-takes-the-place-of-others",
            "I2",
            "what a fact's author did not know is given up for it",
            "group.Lore#union",
            CORE + "group.StateMistakes$Replaces"),
        of(
            "frames-wait-for-a-minute",
            "I8",
            "frames that come before their key are kept, and opened, for too long",
            "frame.WaitingRoom#seat",
            CORE + "frame.WaitingMistakes$ForAMinute"),
        of(
            "keys-of-frames-are-never-given-back",
            "P8",
            "frames of an epoch open long after its secret was erased",
            "io.keymoot.peer.Peer#retire",
            OWN + "Nothing"),
        of(
            "keys-of-slots-outlive-their-epoch",
            "P8",
            "nobody tells the keys of slots that an epoch was erased",
            "keying.KeyStore#changes",
            OWN + "Zero"),
        of(
            "newcomers-frames-are-nobodys",
            "L3",
            "frames are not told who came",
            "frame.KeyRing#admit",
            OWN + "Nothing"),
        of(
            "an-exception-of-a-kind-that-nobody-thought-of",
            "BUG",
            "the code finds a map changed under its hands",
            "keying.Pending#targets",
            OWN + "Throws"),
        of(
            "void-admissions-count",
            "I6",
            "whom somebody let in beside its own expulsion stays in",
            "group.Ends#beside",
            RULES + "NobodyIsBeside"),
        of(
            "frames-stay-under-a-senders-first-key",
            "I3",
            "frames name the new key in their headers, and are sealed under the sender's first",
            "frame.TekEpoch#secretFor",
            CORE + "frame.FrameMistakes$FirstKeyOfAStay"),
        of(
            "keks-that-do-not-step",
            "P4",
            "the keys of slots stay what they were when an epoch follows",
            "key.KekSteps#step",
            CORE + "key.KekMistakes$NoStep"),
        of(
            "a-newcomer-spoils-no-slot-from-before",
            "I3",
            "who came after a slot's key was made and is out again counts as not having it",
            "group.Growth#wasOverFor",
            RULES + "WhoCameLaterIsForgotten"),
        of(
            "wraps-under-any-slot",
            "I3",
            "a new secret is wrapped under slots whose keys somebody has who is out",
            "keying.Covering#mayWrapUnder",
            OWN + "Yes"),
        of(
            "keks-to-any-address",
            "I3",
            "keys of slots are given to whoever is in, whatever its address shows",
            "group.Ledger#mayHaveSlot",
            RULES + "ToAnyAddress"),
        of(
            "a-reseals-key-need-not-prove-itself",
            "I3",
            "a fresh key of a slot is taken from whoever made it up",
            "keying.SlotKeys#isProved",
            OWN + "Yes"),
        of(
            "certificates-have-no-dates",
            "I5",
            "whose certificate has run out is let in like the others",
            "io.keymoot.admission.certificate.Dates#expiry",
            OWN + "NoObjection"),
        of(
            "revocations-are-forgotten",
            "I5",
            "who knows that a certificate is revoked lets its device in",
            "io.keymoot.admission.certificate.Dates#revoked",
            OWN + "NoObjection"),
        of(
            "what-was-kept-is-not-looked-at",
            "I6",
            "a device that starts again does not remember who was put out",
            "io.keymoot.peer.Peer#recall",
            OWN + "Nothing"));
  }
}
