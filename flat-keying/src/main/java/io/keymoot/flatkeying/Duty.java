package io.keymoot.flatkeying;

/** What somebody must do, and rank decides who (section 9). */
public enum Duty {
  /** Make an epoch: none is clean, or somebody goes, or a refresh is due. */
  REKEY,
  /** Give slots that are not clean fresh KEKs. */
  RESEAL,
  /** Suspend who has been silent too long. */
  ABSENT
}
