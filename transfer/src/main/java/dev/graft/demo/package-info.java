/**
 * The embedded default: letters drawn from fonts, the trunk trained on them, and the demo that
 * learns handwritten digits from a few examples of each.
 */
package dev.graft.demo;
