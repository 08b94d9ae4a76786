package io.keymoot.flatkeying;

/**
 * Every bound of the core in one place. Part one is the protocol's: changing one is a new version.
 */
public final class Limits {
  private Limits() {}

  // ---- the protocol's: all peers must agree on these

  /** Most bytes of any fact or side message, signature and cover included. */
  public static final int MESSAGE_BYTES = 60_000;

  /** Parents of a fact, heads of a heartbeat. */
  public static final int HEADS = 32;

  public static final int ADMIT_ROWS = 128;
  public static final int REKEY_TARGETS = 254;
  public static final int APPROVALS = 16;
  public static final int RESEAL_SLOTS = 32;

  /** w: symbols in an address, so KEKs a member holds. */
  public static final int ADDRESS_SYMBOLS = 32;

  public static final int WATCHERS = 8;
  public static final int NAME_BYTES = 128;
  public static final int ROLE_BYTES = 64;
  public static final int ANCHORS = 16;
  public static final int ANCHOR_BYTES = 4_096;
  public static final int PATTERNS = 32;
  public static final int PATTERN_BYTES = 256;
  public static final int SPKI_BYTES = 128;
  public static final int CREDENTIAL_BYTES = 16_384;
  public static final int SIGNATURE_BYTES = 64;
  public static final int LEAF_KEY_BYTES = 1_216;

  /** Keys sealed in one Grant or Give. */
  public static final int SEALED_BYTES = 8_192;

  public static final int NEEDED_EPOCHS = 8;

  /** Facts whose keys for slots one Need may ask for. */
  public static final int NEEDED_SLOT_SETS = 4;

  /** Facts, and blobs, that one Sync may ask for. */
  public static final int SYNC_WANTED = 64;

  /** Fields of later versions behind the known ones of a fact. */
  public static final int EXTENSIONS = 16;

  public static final int EXTENSION_BYTES = 4_096;

  // ---- the protocol's, of frames

  /** Frames that one signature vouches for, and how long the first of them waits for it. */
  public static final int VOUCHED_FRAMES = 32;

  public static final int VOUCHER_MILLIS = 200;

  /** A frame for a key not yet held, or for a voucher not yet come, waits this long at most. */
  public static final int FRAME_WAIT_MILLIS = 1_000;

  /** How long frames of an older epoch still open unvouched once an expulsion is known. */
  public static final int FRAMES_AFTER_EXPELLED_MILLIS = 1_000;

  /** Keys that one KID may mean: epochs' and stays' prefixes collide now and then. */
  public static final int KID_CANDIDATES = 4;

  // ---- ours: what this implementation keeps at most

  /** Answers of signature checks remembered, so that each is made once. */
  public static final int REMEMBERED_CHECKS = 16_384;

  /** Signing keys kept as points of their curve, some 300 bytes each. */
  public static final int REMEMBERED_KEYS = 512;

  /** Facts, and covers, that the peers of one process hold in common. */
  public static final int SHARED_FACTS = 65_536;

  public static final int SHARED_COVERS = 64;

  /** Facts of one source that wait for their parents: of a member, or from an address. */
  public static final int WAITING_PER_SENDER = 256;

  /** Facts that wait for their parents or a credential, of all sources together. */
  public static final int WAITING_IN_ALL = 8_192;

  /** Bytes of facts that wait, for their parents or for their turn: of one source and of all. */
  public static final int FACT_BYTES_WAITING_PER_SENDER = 1 << 20;

  public static final int FACT_BYTES_WAITING_IN_ALL = 8 << 20;

  /** What of these whoever is not in may take, from however many addresses. */
  public static final int STRANGE_FACTS_WAITING = 512;

  public static final int STRANGE_BYTES_WAITING_PER_SENDER = 1 << 18;
  public static final int STRANGE_BYTES_WAITING = 1 << 20;

  /** How long, and at most twice as long, a fact of somebody who is not in waits. */
  public static final long STRANGE_FACT_WAITS_MILLIS = 30_000;

  /** Facts that others are asked for because a member's hang on them, or somebody else's. */
  public static final int LACKS_TOLD = 512;

  public static final int STRANGE_LACKS_TOLD = 64;

  /** Valid facts whose authors are out, kept in case a member speaks for them. */
  public static final int AT_DOOR = 1_024;

  /** Pairwise sessions a peer keeps; the least recently used goes first. */
  public static final int SESSIONS = 4_096;

  /** Keys kept for seals that others overtook, in each chain of a session. */
  public static final int SKIPPED_SEALS = 64;

  /** How far ahead of the last one a seal may be: how many may be lost in a row. */
  public static final int SEALS_AHEAD = 1_024;

  /** Evidence in one Rekey. */
  public static final int TARGET_BYTES = 33_000;

  /** Seals are multicast up to so many bytes of cover; more go through a tree. */
  public static final int MULTICAST_SEAL_BYTES = 24_000;

  /** Evidence and seals together: with all else it is a message. */
  public static final int TARGET_AND_SEAL_BYTES = 55_000;

  public static final int TREE_FAN_OUT = 8;

  /** Relays kept whose Rekey has not come yet. */
  public static final int RELAYS_WAITING = 64;

  /** Who is to be reached by relays asks so much later. */
  public static final long RELAY_WAIT_MILLIS = 200;

  /** Slots with fewer members get no fresh KEK: a seal to each costs no more than a wrap. */
  public static final int RESEAL_MEMBERS = 3;

  /** How soon the same slot is resealed again, and what all Reseals together may cost. */
  public static final long RESEAL_EACH_MILLIS = 30_000;

  /** What one member reseals within this time goes into one Reseal. */
  public static final long RESEAL_TOGETHER_MILLIS = 200;

  public static final int RESEAL_BYTES_PER_SECOND = 2_000;

  /**
   * How far apart two speak who reseal together: by then the later has mostly heard the earlier.
   */
  public static final long RESEAL_APART_MILLIS = 25;

  /** A Reseal serves from the next epoch on, which follows when its keys have spread. */
  public static final long REFRESH_AFTER_RESEAL_MILLIS = 5_000;

  /** KIDs of so many revisions ahead are known, for members who learnt of an Admit earlier. */
  public static final int REVISIONS_AHEAD = 2;

  /** T_grace: how long what is superseded is kept. */
  public static final long GRACE_MILLIS = 30_000;

  public static final long GRACE_AFTER_EXPULSION_MILLIS = 1_000;

  /** How long the last epoch that only soft ends made unclean may still be sent under. */
  public static final long DELAYED_USE_MILLIS = 1_000;

  public static final long LEAF_KEY_AFTERLIFE_MILLIS = 600_000;
  public static final long LEAF_KEY_LIFE_MILLIS = 86_400_000;
  public static final long REFRESH_MILLIS = 3_600_000;

  /** A batch of joins is followed by a refresh within so long. */
  public static final long REFRESH_AFTER_JOIN_MILLIS = 2_000;

  public static final long ADMIT_BATCH_MILLIS = 200;
  public static final int ADMIT_QUEUE = 4_096;
  public static final long JOIN_RETRY_MILLIS = 1_000;
  public static final long JOIN_RETRY_MOST_MILLIS = 4_000;

  /** How soon a newcomer that has a Grant asks again for the facts it rests on. */
  public static final long FETCH_PAST_MILLIS = 500;

  /** So many answers in a row that bring no fact are asked on at once. */
  public static final int FETCHES_IN_VAIN = 4;

  /** Having asked for so long and held no usable epoch, a Rekey is owed. */
  public static final long UNREADABLE_MILLIS = 500;

  public static final long ASK_FOR_KEYS_MILLIS = 100;
  public static final long ASK_FOR_KEYS_MOST_MILLIS = 5_000;

  /** Some twenty asks a second of all members together. */
  public static final long ASK_FOR_SLOTS_MILLIS_A_MEMBER = 50;

  public static final long ASK_FOR_SLOTS_MOST_MILLIS = 30_000;

  public static final long HOLDING_TOLD_MILLIS = 2_000;
  public static final int GIVES_PER_SECOND = 20;

  /**
   * Of an epoch's revisions that a peer is told, the furthest beyond the one that its facts show: a
   * giver may know of so many more who came. Each is a step that it has to take itself.
   */
  public static final int REVISIONS_TOLD_AHEAD = 1_024;

  /** Erased epochs that a peer knows to be so; who has erased more takes usable ones only. */
  public static final int ERASED_REMEMBERED = 32;

  /** Who is sent on to another, for a key, asks it at once so often; then as slowly as ever. */
  public static final int SENT_ON_IN_A_ROW = 4;

  public static final int GRANTS_PENDING = 4;

  /**
   * So often somebody who was let in and not heard since is granted again, in this time once where
   * it was granted last; and of so many newcomers that is remembered.
   */
  public static final int GRANTS_AGAIN_PER_SECOND = 2;

  public static final long GRANT_AGAIN_MILLIS = 1_000;
  public static final int GRANTED_AGAIN = 256;

  /** Requests for facts that are answered in any half second, and those of one asker. */
  public static final int ANSWERS_IN_A_WINDOW = 20;

  public static final int ANSWERS_TO_ONE = 8;

  /** Answers to those whom no fact at hand lets in; see Syncing. */
  public static final int STRANGERS_ANSWERED_PER_SECOND = 1;

  public static final long ANSWER_WINDOW_MILLIS = 500;

  /** When three ask for one fact within so long, all are answered at once. */
  public static final long ASKED_TOGETHER_MILLIS = 1_000;

  /** Who asks so soon after all were answered had not heard it yet. */
  public static final long ANSWERED_ALL_MILLIS = 500;

  /** Askers, and facts asked for, that are remembered for this. */
  public static final int ASKERS = 64;

  public static final int FACTS_ASKED_FOR = 64;
  public static final int INTRODUCERS = 16;
  public static final int HOLDERS_PER_EPOCH = 8;
  public static final int BLOBS = 4_096;

  /** In larger groups leaf keys are fetched on first need. */
  public static final int PREFETCH_MEMBERS = 64;

  public static final int PREFETCH_RANKS = 3;

  /** Credentials on which decided facts rest, kept so that whoever comes later can decide too. */
  public static final int KEPT_CREDENTIALS = 1_024;

  /** In larger groups than {@link #PREFETCH_MEMBERS} about so many check each credential. */
  public static final int CREDENTIAL_CHECKERS = 32;

  public static final int CREDENTIALS_TO_CHECK = 1_024;

  /** So many credentials are asked for at a time, this far apart, each so often at most. */
  public static final int CREDENTIAL_ASKS = 4;

  public static final long CHECK_CREDENTIALS_MILLIS = 500;
  public static final int CREDENTIAL_TRIES = 6;

  /** Words that no fact carries yet are said again after this long, then after twice as long … */
  public static final long REPEAT_MILLIS = 500;

  public static final int REPEATS = 4;
  public static final int REPEATED_WORDS = 256;

  /**
   * A watcher's word that a member is silent counts if it knows all that this peer has known for so
   * long; what it knew is remembered this far apart.
   */
  public static final long WORD_AGE_MILLIS = 60_000;

  public static final long WORD_MARK_MILLIS = 15_000;

  /** Who hears another's word so often since is not needed to pass it on. */
  public static final int CARRIED_BY = 2;

  /** So many pass words on over one and the same time; where there are more, it is longer. */
  public static final int CARRIERS_AT_ONCE = 32;

  /** Admissions, expulsions and pardons that approvals are collected for. */
  public static final int APPROVED_ACTS = 256;

  /** A newcomer's request is passed on to all members at most this often, and so many a second. */
  public static final long PASS_ON_MILLIS = 2_000;

  public static final int PASSED_ON_PER_SECOND = 5;

  /** Of several who could let in a newcomer whose request was passed on, one is first. */
  public static final int PASSED_ON_WAIT_MILLIS = 400;

  /** Members whose heartbeats speak for or against a key that was told. */
  public static final int KEY_WITNESSES = 64;

  /** How long after the first contradiction it is weighed. */
  public static final long DOUBT_MILLIS = 500;

  /** So often a contradicted key is asked for again; then a fresh epoch is owed. */
  public static final int DOUBTED_KEYS_DROPPED = 2;

  /** Facts taken of one author a second, and for how many seconds they may be saved up. */
  public static final int FACTS_PER_SECOND = 10;

  public static final int PACE_SECONDS = 10;
  public static final int PACED_PER_AUTHOR = 256;
  public static final int PACED_IN_ALL = 4_096;
  public static final int PACED_AUTHORS = 4_096;

  /** Of a SYNC_REPLY besides its facts and blobs. */
  public static final int REPLY_FRAME = 64;

  /** Bytes of a frame as it travels; a whole video picture is one frame. */
  public static final int FRAME_BYTES = 1 << 20;

  /** Senders' frame keys at hand; the rest are derived again when their sender speaks. */
  public static final int FRAME_KEYS = 4_096;

  /** Of a sender's frames under a key, one in so many says that the key is in use. */
  public static final int FRAMES_PER_USE = 16;

  /** Keys of the group that were retired and are remembered, so that none comes back. */
  public static final int RETIRED_FRAME_KEYS = 4_096;

  /**
   * Replay windows, one for each stream of each sender under each key, about 0.5 kB each: those
   * that frames without a signature open, which any member can make, and those that signatures
   * open, of all senders and of one.
   */
  public static final int REPLAY_WINDOWS = 65_536;

  public static final int SIGNED_REPLAY_WINDOWS = 65_536;
  public static final int SIGNED_WINDOWS_PER_SENDER = 512;

  /** Frames back from the newest that a voucher is still matched with, for each stream. */
  public static final int FRAMES_AWAITING_VOUCHER = 512;

  /** How far beyond what its sender has signed for a frame may be and open; others wait. */
  public static final int UNVOUCHED_AHEAD = 384;

  /**
   * Streams whose frames await vouchers, 40 kB each at most: of all senders those that a voucher
   * has come for, and those that none has come for yet.
   */
  public static final int STREAMS_VOUCHED_FOR = 512;

  public static final int STREAMS_AWAITING_FIRST_VOUCHER = 128;

  /** Batches that this device has sealed and not yet signed. */
  public static final int UNSIGNED_BATCHES = 256;

  /** Sources whose frames wait. */
  public static final int WAITING_SOURCES = 1_024;

  /** Frames that wait for a key or a voucher: of one source, and the bytes of one and of all. */
  public static final int WAITING_FRAMES_PER_SOURCE = 256;

  public static final int WAITING_BYTES_PER_SOURCE = 1 << 20;
  public static final int WAITING_BYTES_IN_ALL = 8 << 20;

  /** Stays that one process may begin; each costs it 32 bytes for good. */
  public static final int OWN_STAYS = 65_536;
}
