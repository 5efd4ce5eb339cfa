/**
 * Datasets, their augmentation and batches; images: folders of them, reading, preprocessing as
 * torchvision does it.
 */
package dev.graft.data;
