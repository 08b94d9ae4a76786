package io.keymoot.flatkeying.group;

/** Why a well-formed fact is refused for good: the rule of section 5 it breaks. */
public enum Refusal {
  OTHER_GROUP("it belongs to another group"),
  SECOND_FOUND("the group has its Found already"),
  PARENT_REFUSED("a fact it builds on was refused"),
  AUTHOR_NOT_A_MEMBER("its author was not a member in its past"),
  BAD_SIGNATURE("its author did not sign it"),
  NO_STAY_TO_RETURN_TO(
      "its author has no stay to come back from: void, or put out by an end that stands"),
  NO_RIGHT_TO_ADMIT("its author lacks the right, or the approvals, to admit"),
  REQUEST_REPLACED("its member has said Here since: the request's leaf key is an old one"),
  MEMBER_IS_IN("its member is in already: the row begins nothing more"),
  PREV_IS_NO_EPOCH_OF_ITS_PAST("the epoch it says it follows is not in its past"),
  TARGET_UNKNOWN("it targets somebody its past does not show"),
  TARGETS_ITSELF("it targets its own author or device"),
  LEAVE_NOT_SIGNED("the Leave it embeds is not the leaver's"),
  EVIDENCE_FROM_THE_FUTURE("its evidence names facts that its past does not hold"),
  NO_RIGHT_TO_EXPEL("its author lacks the role and the approvals to expel"),
  NOT_TWO_WATCHERS("it suspends without two of the target's watchers"),
  TWO_SUSPEND_NOBODY("in a group of two nobody is suspended"),
  PROOF_DOES_NOT_HOLD("what it offers as proof of a fault is none"),
  FALSE_MEMBERS_DIGEST("its digest of the members is not true"),
  SLOT_NOT_HELD("it reseals a slot that is not its author's"),
  CREDENTIAL_REFUSED("its right hangs on a credential that does not check against the Found");

  private final String sentence;

  Refusal(String sentence) {
    this.sentence = sentence;
  }

  /** For a person, to follow "refused: ". */
  public String sentence() {
    return sentence;
  }
}
