/** The ResNet family. */
package dev.graft.models;
