// Package virt is the host's side of the virtual machine: its connection to
// libvirt, its domain, network, filter and volumes. It is the only importer of
// libvirt.
//
// Three choices shape it:
//
//   - No libvirt call takes a context, and a wedged daemon blocks its caller for
//     ever. So every operation runs on a goroutine of its own that looks up,
//     uses and frees its objects itself, and the caller waits for it under a
//     deadline (see call.go). No libvirt object leaves this package.
//   - What is asked for is written as XML (xml.go) from a Spec of plain
//     values (spec.go, network_xml.go, filter_xml.go), so that it can be shown
//     before it is done, and compared afterwards.
//   - Nothing is changed that clawarium did not make: domains and networks carry
//     a tag in their metadata, filters in a rule's comment, and volumes lie in a
//     pool whose path is ours (tag.go).
//
// Debian's and Fedora's libvirt is loaded at run time (build tag
// libvirt_dlopen), so the program starts, and says what to install, where
// libvirt is absent.
package virt
