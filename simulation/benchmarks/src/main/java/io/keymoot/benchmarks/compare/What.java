package io.keymoot.benchmarks.compare;

/** What is measured, in which unit, and what it is spread across. */
enum What {
  REMOVE_AUTHOR("remove: CPU of who does it", "µs"),
  REMOVE_FOLLOW("remove: CPU of each who follows", "µs"),
  REMOVE_MULTICAST("remove: bytes multicast by who does it", "B"),
  REMOVE_ALL_BYTES("remove: bytes of all, multicast and unicast, for the new key", "B"),
  REMOVE_IN_ALL("remove: bytes in all, until the slots it wore out have fresh keys", "B"),
  RENEWAL_CPU("remove: CPU of each who stays for that renewal", "µs"),
  RENEWAL_TIME("remove: time until they have, in which nobody waits for it", "s"),
  REMOVE_DELAYS("remove: delays of the network until all have the key", "delays"),
  REFRESH_AUTHOR("refresh: CPU of who does it", "µs"),
  REFRESH_FOLLOW("refresh: CPU of each who follows", "µs"),
  REFRESH_BYTES("refresh: bytes", "B"),
  ADMIT_AUTHOR("admit: CPU of who does it", "µs"),
  ADMIT_FOLLOW("admit: CPU of each who follows", "µs"),
  ADMIT_MULTICAST("admit: bytes multicast", "B"),
  WELCOME_BYTES("admit: bytes to the newcomer (Welcome, Grant)", "B"),
  WELCOME_WITH_FACTS("admit: bytes to the newcomer with all the facts it fetches", "B"),
  WELCOME_CPU("admit: CPU of the newcomer", "µs"),
  STATE("memory of a member, without the facts it fetched", "B"),
  STATE_WITH_FACTS("memory of a member, with them", "B"),
  HISTORY("bytes of facts that one coming, one refresh and one going leave for good", "B"),
  OLD_EPOCHS("of so many past epochs, those with a secret still in memory", "epochs", "epochs ="),
  OUT_AUTHOR(
      "remove at N = 1,024 after others went since slots were renewed: CPU of who does it",
      "µs",
      "out ="),
  OUT_FOLLOW(
      "remove at N = 1,024 after others went since slots were renewed: CPU of one who follows by a"
          + " wrap",
      "µs",
      "out ="),
  OUT_BYTES(
      "remove at N = 1,024 after others went since slots were renewed: bytes of all", "B", "out ="),
  SEAL("seal 1,200 bytes in a group of N", "ns"),
  OPEN("open 1,200 bytes in a group of N", "ns"),
  LEAVE_TIME("leave → all hold the new key", "ms"),
  LEAVE_IN_USE("leave → all send under the new key", "ms"),
  LEAVE_BYTES(
      "bytes of one leave, multicast counted once, until a second after all send under the new key",
      "B"),
  LEAVE_IN_ALL("bytes of one leave in all, until the slots it wore out have fresh keys", "B"),
  LEAVE_RENEWAL("leave → the slots it wore out have fresh keys, which nobody waits for", "s"),
  SLOTS_BEFORE("bytes for the keys of slots in the second before a leave", "B/s"),
  SLOTS_MEANWHILE(
      "bytes for the keys of slots until a second after all send under the new key", "B"),
  IDLE_BYTES("bytes that flow anyway: heartbeats, failure detection, what is known to all", "B/s"),
  IDLE_CHANGE("bytes of other kinds in the second before a leave", "B/s"),
  WORST_DELIVERY("worst delivery while all talk and one leaves", "ms"),
  WORST_IN_CALM("worst delivery while all talk, in the second before one leaves", "ms"),
  WORST_SLOWER("worst delivery while all talk a quarter as often and one leaves", "ms"),
  TALK_CPU("of the machine's processors, in use while all talk and nobody leaves", "%"),
  SLOWER_CPU(
      "of the machine's processors, in use while all talk a quarter as often and nobody leaves",
      "%"),
  FIRST_MESSAGE("connect → first opened message", "ms"),
  THROUGHPUT("throughput of one sender, 1 kB, per receiver", "msg/s"),
  DATAGRAM_LEAVE("leave → all hold the new key, over UDP", "ms");

  final String words;
  final String unit;
  final String across;

  What(String words, String unit) {
    this(words, unit, "N =");
  }

  What(String words, String unit, String across) {
    this.words = words;
    this.unit = unit;
    this.across = across;
  }

  String title() {
    return words + " (" + unit + ")";
  }
}
