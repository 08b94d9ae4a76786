package io.keymoot.runtime;

import io.keymoot.flatkeying.Limits;
import java.time.Duration;

/** Every bound of the runtime in one place. None of them is the protocol's: peers may differ. */
final class RuntimeLimits {
  private RuntimeLimits() {}

  // ---- sending

  /** Most bytes of a fact, side message or heartbeat. */
  static final int CONTROL_BYTES = Limits.MESSAGE_BYTES;

  /** Most bytes of a frame: what goes into one datagram, as the stacks without FRAG2 need. */
  static final int FRAME_BYTES = 60 << 10;

  static final int DESTINATIONS = 1_024;
  static final int QUEUED_PER_DESTINATION = 1_024;
  static final int QUEUED_BYTES_PER_DESTINATION = 4 << 20;
  static final int QUEUED_BYTES_IN_ALL = 64 << 20;

  /**
   * Of that, frames take so much: they never give way once they were taken, so control has more.
   */
  static final int QUEUED_FRAMES_PER_DESTINATION = 768;

  static final int QUEUED_FRAME_BYTES_PER_DESTINATION = 3 << 20;

  /** Reliable messages to one peer that may be unacknowledged; beyond, they go unreliably. */
  static final int UNACKNOWLEDGED = 512;

  /** Peers heard lately, and how many of them a multicast also goes to though no view has them. */
  static final int HEARD = 1_024;

  static final int OUTSIDERS = 32;

  /** Of these, at least, whose host and port are not known. */
  static final int NOWHERE = 8;

  static final long HEARD_MILLIS = 30_000;

  /**
   * How long the other end may take over one write of TCP. Longer than a silent end takes to leave
   * JGroups' view: whoever is cut off is not to be connected to again and again before that.
   */
  static final long WRITE_MILLIS = 12_000;

  // ---- reliable frames that the network's own reliability does not bring

  /** Frames of this end that can be asked for again: older ones no replay window would take. */
  static final int FRAMES_KEPT = 1_024;

  static final long FRAME_BYTES_KEPT = 4 << 20;

  static final long FRAMES_KEPT_MILLIS = 20_000;

  /** After a frame, until this end says how far it has counted. */
  static final long TELL_COUNT_MILLIS = 250;

  /** It says so no more often than this. */
  static final long TELL_EACH_MILLIS = 1_000;

  /** Of each end, the latest numbers that are watched for gaps. */
  static final int NUMBERS_WATCHED = 1_024;

  /** Gaps of one end that are looked into in a second, and missing frames of all ends together. */
  static final int GAPS_PER_SECOND = 1_024;

  static final int MISSING_IN_ALL = 4_096;

  /** Who counts to so much less than came from there did not merely speak before its frames. */
  static final long COUNT_FAR_BEHIND = 1 << 20;

  /** The network itself is given so long to bring what is missing. */
  static final long MISSING_PATIENCE_MILLIS = 300;

  /**
   * Times that one frame is asked for, and how long until it is again, doubling up to the most: 14
   * s in all, of the 20 that it is kept. Where one packet in five is lost, one in 3,500 of the
   * frames that were lost does not come all the same.
   */
  static final int ASK_AGAIN = 8;

  static final long ASK_AGAIN_MILLIS = 500;
  static final long ASK_AGAIN_MOST_MILLIS = 2_000;

  static final int ASKED_AT_ONCE = 64;
  static final long ASK_BREATH_MILLIS = 50;

  /** Questions in a second, to all: anybody can have them sent to anybody. */
  static final int ASKS_PER_SECOND = 64;

  /** What others ask for: that waits in all and for one of them, and that is sent in a second. */
  static final int ASKED_FOR = 1_024;

  static final int ASKED_FOR_BY_ONE = 256;

  static final int SAID_AGAIN_PER_SECOND = 256;

  /** Until it is looked whether there may be more again. */
  static final long BUDGET_LOOK_MILLIS = 125;

  /** Who hears an end for the first time may be meant by its latest frames. */
  static final int FRESH_FRAMES = 128;

  static final long FRESH_MILLIS = 5_000;

  /** However fast others find that: less than a conference needs would be a weapon. */
  static final int FRAMES_PER_SECOND_AT_LEAST = 1_000;

  // ---- receiving

  static final int WAITING_PER_SENDER = 512;
  static final int WAITING_IN_ALL = 4_096;
  static final int WAITING_BYTES_IN_ALL = 32 << 20;

  /** One message of JGroups over TCP: its bundles have 64 kB, and views of all who can be fit. */
  static final int TCP_MESSAGE_BYTES = 1 << 20;

  /** What JGroups' failure detection says over its own connections. */
  static final int FAILURE_WORD_BYTES = 64 << 10;

  // ---- what has been verified

  static final int VERIFIED_CHAINS = 16_384;

  /** Those of heartbeats are among them, ten a second, so a table of any size fills. */
  static final int CHECKED_SIGNATURES = 8_192;

  /**
   * Threads that help newcomers: beside the loop's own. On one processor they would be in its way.
   */
  static final int LOOK_AHEAD_THREADS = Math.min(3, Runtime.getRuntime().availableProcessors() - 1);

  /** Answers that wait for them; of more, the loop looks at all itself. */
  static final int LOOK_AHEAD_WAITING = 16;

  static final Duration LOOK_AHEAD_REST = Duration.ofSeconds(5);

  // ---- finding a group

  /** Who hears nobody founds after so long, and up to so much more. */
  static final long FOUND_AFTER_MILLIS = 2_000;

  static final long FOUND_JITTER_MILLIS = 500;

  /** Who ought to found, by its fingerprint, is given so long to do it. */
  static final long FOUNDER_PATIENCE_MILLIS = 3_000;

  static final long PRESENCE_MILLIS = 400;

  /** Newcomers that one member answers in that time, and members that answer one, about. */
  static final int PRESENCES_ANSWERED = 16;

  static final int PRESENCE_ANSWERERS = 8;

  /** Others in no group, and groups, that are kept in mind: anybody can make them up. */
  static final int PRESENT = 256;

  static final int GROUPS_HEARD = 64;

  /** Of two who are alone in two groups, the one with the lower id waits for the other. */
  static final long MOVE_AFTER_MILLIS = 5_000;

  /** How long a node asks to be let into another group before it stays where it is. */
  static final long MOVE_PATIENCE_MILLIS = 60_000;

  /**
   * Who fell with its introducer asks the others after so long: somebody else who is out may let it
   * in again and again.
   */
  static final long KNOCK_AGAIN_MILLIS = 3_000;

  // ---- names

  /**
   * After an admission, until the newcomer's credential is asked for, and until it is looked at.
   */
  static final long RECOGNISE_MILLIS = 300;

  /** Questions can be lost, and the last time nothing is asked, only looked at. */
  static final int RECOGNISE_TRIES = 4;

  /** Until it is begun anew, while one speaks that is not recognised. */
  static final long RECOGNISE_AGAIN_MILLIS = 5_000;

  /** In larger groups nobody is recognised unasked: each credential is a few kilobytes. */
  static final int RECOGNISED_MEMBERS = 1_024;

  // ---- frames

  /** Frames that wait for the thread that opens them: in all, and of one end. */
  static final int FRAMES_WAITING = 12_288;

  static final int FRAME_BYTES_WAITING = 32 << 20;

  static final int FRAMES_WAITING_OF_ONE = 8_192;

  static final int FRAME_BYTES_WAITING_OF_ONE = 24 << 20;

  /**
   * With more than so much waiting, who sent its share of it is told so, if it was not just now.
   */
  static final int FRAMES_AT_EASE = 2_048;

  static final int FRAME_BYTES_AT_EASE = 8 << 20;

  /** Handed to the sending thread together, in their turns. */
  static final int MESSAGES_AT_ONCE = 16;

  /**
   * Handed over together, if they are there; those of other senders wait for no more than these.
   */
  static final int FRAMES_AT_ONCE = 64;

  /** It is looked at once in so many frames: a prime, for else it would meet some ends never. */
  static final int FRAMES_PER_LOOK = 61;

  static final long TOO_FAST_AGAIN_MILLIS = 20;

  /** How often frames that came before their key are tried again, at least. */
  static final long DRAIN_MILLIS = 20;

  /** How often their thread looks round though nothing waits and nobody nudged it. */
  static final long FRAMES_REST_MILLIS = 30_000;

  /** Reliable frames that wait for their key; of one end as many as it keeps itself. */
  static final int KEYLESS_FRAMES = 4_096;

  static final long KEYLESS_BYTES = 16 << 20;

  /** Messages that wait for a key to be sent under. */
  static final int HELD_MESSAGES = 1_024;

  static final int HELD_BYTES = 4 << 20;

  // ---- the application

  /** Past events that a new listener can ask for. */
  static final int EVENTS_KEPT = 4_096;

  static final int EVENT_BYTES_KEPT = 4 << 20;

  static final int KEY_SUBSCRIPTIONS = 64;

  static final int STREAMS_PER_SUBSCRIPTION = 8;

  /**
   * Clocks that are further apart than they were jumped: no network's time service sets a clock
   * that is watched by so much at a time. And how often all of them are looked at.
   */
  static final long CLOCKS_APART_MILLIS = 5_000;

  static final long CLOCKS_LOOK_MILLIS = 1_000;

  /** How often the date is told to the core, and what is over is tidied away. */
  static final long DATE_MILLIS = 60_000;

  /** Commands that wait for their answer. */
  static final int COMMANDS = 256;

  /** Handed to a listener's thread together, if they are there. */
  static final int EVENTS_AT_ONCE = 64;

  /** Events that wait for one slow listener, beside those of the past that it asked for. */
  static final int EVENTS_PER_LISTENER = 1_024;

  static final int EVENT_BYTES_PER_LISTENER = 4 << 20;

  /** That frames did not open is told once in this time, for each reason. */
  static final long UNOPENED_TOLD_MILLIS = 100;

  // ---- files

  static final int IDENTITY_BYTES = 256 << 10;

  static final int REMEMBERED_BYTES = 32 << 20;

  /** Until what could not be written is tried again: at first, and at most, for it doubles. */
  static final MemoryWriter.Waits WRITE_AGAIN = new MemoryWriter.Waits(1_000, 60_000);

  /** How often the certificate's file is looked at. */
  static final Duration RENEWAL_LOOK = Duration.ofSeconds(30);

  // ---- closing

  /** For what is queued to go out, a farewell among it. */
  static final long FLUSH_MILLIS = 300;

  /** For the network's own leaving; what takes longer goes on in the background. */
  static final long LEAVE_MILLIS = 1_000;

  /**
   * After a goodbye, for the others' key without this device; it is said again after half a second.
   */
  static final long FAREWELL_MILLIS = 800;

  /** For the thread that opens frames to finish with one, and for what is being written. */
  static final Duration LAST_FRAME = Duration.ofMillis(100);

  static final long LAST_WRITE_MILLIS = 250;

  /** For the loop to finish the step it is in, before it is interrupted. */
  static final Duration LAST_STEP = Duration.ofMillis(250);

  /** For the loop to close the transport: a little more than the two figures above. */
  static final Duration LOOP_CLOSE = Duration.ofMillis(1_350);

  /** A wake that is due waits no longer for what is still to be read. */
  static final Duration WAKE_WAITS = Duration.ofSeconds(2);

  /** Times in a row that a core may want to be woken at one and the same past moment. */
  static final int WAKES_WITHOUT_PROGRESS = 1_000;
}
