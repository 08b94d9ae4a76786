package io.keymoot.benchmarks.compare;

/** What is measured, in which unit. */
enum What {
  REMOVE_AUTHOR("remove: CPU of who does it", "µs"),
  REMOVE_FOLLOW("remove: CPU of each who follows", "µs"),
  REMOVE_MULTICAST("remove: bytes multicast", "B"),
  REMOVE_ALL_BYTES("remove: bytes multicast and unicast, of all", "B"),
  REFRESH_AUTHOR("refresh: CPU of who does it", "µs"),
  REFRESH_FOLLOW("refresh: CPU of each who follows", "µs"),
  REFRESH_BYTES("refresh: bytes", "B"),
  ADMIT_AUTHOR("admit: CPU of who does it", "µs"),
  ADMIT_FOLLOW("admit: CPU of each who follows", "µs"),
  ADMIT_MULTICAST("admit: bytes multicast", "B"),
  WELCOME_BYTES("admit: bytes to the newcomer (Welcome, Grant)", "B"),
  WELCOME_WITH_FACTS("admit: the same with all it fetches", "B"),
  WELCOME_CPU("admit: CPU of the newcomer", "µs"),
  STATE("memory of a member", "B"),
  SEAL("seal 1,200 bytes", "ns"),
  OPEN("open 1,200 bytes", "ns"),
  LEAVE_TIME("leave → all hold the new key", "ms"),
  LEAVE_BYTES("bytes of one leave", "B"),
  WORST_DELIVERY("worst delivery while all talk and one leaves", "ms"),
  FIRST_MESSAGE("connect → first opened message", "ms"),
  THROUGHPUT("throughput of one sender, 1 kB, per receiver", "msg/s");

  final String words;
  final String unit;

  What(String words, String unit) {
    this.words = words;
    this.unit = unit;
  }
}
