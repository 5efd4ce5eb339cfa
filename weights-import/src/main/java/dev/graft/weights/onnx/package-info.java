/** ONNX files of networks' forward passes, for other runtimes. */
package dev.graft.weights.onnx;
