package virt

// This file says how XML is written and read: of libvirt's format no more than is
// written or asked here. libvirtxml knows all of it and weighs more than a megabyte
// in the program, so it is left to the tests, where it reads what these write.

import "encoding/xml"

func written(v any) (string, error) {
	x, err := xml.MarshalIndent(v, "", "  ")
	return string(x), err
}

func read(x string, into any) error { return xml.Unmarshal([]byte(x), into) }

type (
	domainXML struct {
		XMLName     xml.Name        `xml:"domain"`
		Type        string          `xml:"type,attr"`
		Name        string          `xml:"name"`
		UUID        string          `xml:"uuid"`
		Metadata    *innerXML       `xml:"metadata"`
		Memory      measureXML      `xml:"memory"`
		VCPU        vcpuXML         `xml:"vcpu"`
		OS          osXML           `xml:"os"`
		Features    featuresXML     `xml:"features"`
		CPU         cpuXML          `xml:"cpu"`
		Clock       clockXML        `xml:"clock"`
		OnPoweroff  string          `xml:"on_poweroff"`
		OnReboot    string          `xml:"on_reboot"`
		OnCrash     string          `xml:"on_crash"`
		PM          *pmXML          `xml:"pm"`
		Devices     devicesXML      `xml:"devices"`
		Commandline *commandlineXML `xml:"http://libvirt.org/schemas/domain/qemu/1.0 commandline"`
	}

	// innerXML is an element with whatever it holds.
	innerXML struct {
		XML string `xml:",innerxml"`
	}

	measureXML struct {
		Unit  string `xml:"unit,attr,omitempty"`
		Value uint64 `xml:",chardata"`
	}

	vcpuXML struct {
		Placement string `xml:"placement,attr"`
		Value     int    `xml:",chardata"`
	}

	osXML struct {
		Picked   string       `xml:"firmware,attr,omitempty"`
		Type     osTypeXML    `xml:"type"`
		Firmware *firmwareXML `xml:"firmware"`
		Loader   *loaderXML   `xml:"loader"`
		NVRAM    *nvramXML    `xml:"nvram"`
	}

	osTypeXML struct {
		Arch    string `xml:"arch,attr"`
		Machine string `xml:"machine,attr"`
		Type    string `xml:",chardata"`
	}

	firmwareXML struct {
		Features []firmwareFeatureXML `xml:"feature"`
	}

	firmwareFeatureXML struct {
		Enabled string `xml:"enabled,attr"`
		Name    string `xml:"name,attr"`
	}

	loaderXML struct {
		ReadOnly string `xml:"readonly,attr"`
		Type     string `xml:"type,attr"`
		Path     string `xml:",chardata"`
	}

	nvramXML struct {
		Template string `xml:"template,attr"`
	}

	featuresXML struct {
		ACPI *struct{} `xml:"acpi"`
		APIC *struct{} `xml:"apic"`
	}

	cpuXML struct {
		Mode  string `xml:"mode,attr"`
		Check string `xml:"check,attr"`
	}

	clockXML struct {
		Offset string     `xml:"offset,attr"`
		Timers []timerXML `xml:"timer"`
	}

	timerXML struct {
		Name    string `xml:"name,attr"`
		Present string `xml:"present,attr"`
	}

	pmXML struct {
		ToMemory enabledXML `xml:"suspend-to-mem"`
		ToDisk   enabledXML `xml:"suspend-to-disk"`
	}

	enabledXML struct {
		Enabled string `xml:"enabled,attr"`
	}

	devicesXML struct {
		Emulator    string          `xml:"emulator,omitempty"`
		Disks       []diskXML       `xml:"disk"`
		Controllers []controllerXML `xml:"controller"`
		Interfaces  []interfaceXML  `xml:"interface"`
		Serials     []serialXML     `xml:"serial"`
		Consoles    []serialXML     `xml:"console"`
		MemBalloon  modelXML        `xml:"memballoon"`
		RNGs        []rngXML        `xml:"rng"`
	}

	diskXML struct {
		Type     string        `xml:"type,attr"`
		Device   string        `xml:"device,attr"`
		Driver   diskDriverXML `xml:"driver"`
		Source   diskSourceXML `xml:"source"`
		Target   diskTargetXML `xml:"target"`
		ReadOnly *struct{}     `xml:"readonly"`
		Serial   string        `xml:"serial"`
		Boot     *bootXML      `xml:"boot"`
	}

	diskDriverXML struct {
		Name    string `xml:"name,attr"`
		Type    string `xml:"type,attr"`
		Discard string `xml:"discard,attr,omitempty"`
	}

	diskSourceXML struct {
		File string `xml:"file,attr"`
	}

	diskTargetXML struct {
		Dev string `xml:"dev,attr"`
		Bus string `xml:"bus,attr"`
	}

	bootXML struct {
		Order int `xml:"order,attr"`
	}

	controllerXML struct {
		Type  string `xml:"type,attr"`
		Index *int   `xml:"index,attr"`
		Model string `xml:"model,attr"`
	}

	interfaceXML struct {
		Type   string     `xml:"type,attr"`
		MAC    addressXML `xml:"mac"`
		Source struct {
			Network string `xml:"network,attr"`
		} `xml:"source"`
		Model struct {
			Type string `xml:"type,attr"`
		} `xml:"model"`
		Filter struct {
			Name string `xml:"filter,attr"`
		} `xml:"filterref"`
		Port struct {
			Isolated string `xml:"isolated,attr"`
		} `xml:"port"`
		ROM enabledXML `xml:"rom"`
	}

	addressXML struct {
		Address string `xml:"address,attr"`
	}

	serialXML struct {
		Type   string          `xml:"type,attr"`
		Target serialTargetXML `xml:"target"`
		Log    *serialLogXML   `xml:"log"`
	}

	serialTargetXML struct {
		Type string `xml:"type,attr,omitempty"`
		Port int    `xml:"port,attr"`
	}

	serialLogXML struct {
		File   string `xml:"file,attr"`
		Append string `xml:"append,attr"`
	}

	modelXML struct {
		Model string `xml:"model,attr"`
	}

	rngXML struct {
		Model   string        `xml:"model,attr"`
		Backend rngBackendXML `xml:"backend"`
	}

	rngBackendXML struct {
		Model  string `xml:"model,attr"`
		Device string `xml:",chardata"`
	}

	commandlineXML struct {
		Args []argXML `xml:"arg"`
	}

	argXML struct {
		Value string `xml:"value,attr"`
	}
)

// disksXML are the disks of a domain as libvirt wrote them down.
type (
	disksXML struct {
		XMLName xml.Name     `xml:"domain"`
		Disks   []anyDiskXML `xml:"devices>disk"`
	}

	anyDiskXML struct {
		XMLName    xml.Name   `xml:"disk"`
		Attributes []xml.Attr `xml:",any,attr"`
		Serial     string     `xml:"serial,omitempty"`
		Inner      string     `xml:",innerxml"`
	}
)

// verbatim writes the disk as it was read.
func (d anyDiskXML) verbatim() (string, error) {
	d.Serial = "" // is in Inner
	return written(d)
}

// capabilitiesXML is what libvirt can do for one kind of domain.
type capabilitiesXML struct {
	XMLName xml.Name `xml:"domainCapabilities"`
	Path    string   `xml:"path"`
	Machine string   `xml:"machine"`
	VCPU    struct {
		Max int `xml:"max,attr"`
	} `xml:"vcpu"`
	OS struct {
		Loaders []string `xml:"loader>value"`
		Enums   []struct {
			Name   string   `xml:"name,attr"`
			Values []string `xml:"value"`
		} `xml:"enum"`
	} `xml:"os"`
}

type (
	networkXML struct {
		XMLName  xml.Name     `xml:"network"`
		Name     string       `xml:"name"`
		UUID     string       `xml:"uuid,omitempty"`
		Metadata *innerXML    `xml:"metadata"`
		Forward  *struct{}    `xml:"forward"`
		Bridge   *bridgeXML   `xml:"bridge"`
		DNS      *dnsXML      `xml:"dns"`
		IPs      []networkIP  `xml:"ip"`
		Routes   []addressing `xml:"route"`
	}

	bridgeXML struct {
		Name  string `xml:"name,attr"`
		STP   string `xml:"stp,attr"`
		Delay string `xml:"delay,attr"`
	}

	dnsXML struct {
		Enable string `xml:"enable,attr"`
	}

	networkIP struct {
		Address string    `xml:"address,attr"`
		Family  string    `xml:"family,attr,omitempty"`
		Netmask string    `xml:"netmask,attr,omitempty"`
		Prefix  int       `xml:"prefix,attr,omitempty"`
		DHCP    *struct{} `xml:"dhcp"`
		TFTP    *struct{} `xml:"tftp"`
	}

	addressing struct {
		Address string `xml:"address,attr"`
		Prefix  int    `xml:"prefix,attr"`
	}
)

type (
	filterXML struct {
		XMLName xml.Name  `xml:"filter"`
		Name    string    `xml:"name,attr"`
		Chain   string    `xml:"chain,attr"`
		UUID    string    `xml:"uuid"`
		Rules   []ruleXML `xml:"rule"`
	}

	ruleXML struct {
		Action    string     `xml:"action,attr"`
		Direction string     `xml:"direction,attr"`
		Priority  int        `xml:"priority,attr"`
		Packets   packetsXML `xml:",any"`
	}

	// packetsXML is which packets a rule is about; the element is the protocol.
	packetsXML struct {
		XMLName xml.Name
		Match   string `xml:"match,attr,omitempty"`
		SrcMAC  string `xml:"srcmacaddr,attr,omitempty"`

		ARPSrcMAC string `xml:"arpsrcmacaddr,attr,omitempty"`
		ARPSrcIP  string `xml:"arpsrcipaddr,attr,omitempty"`
		ARPDstIP  string `xml:"arpdstipaddr,attr,omitempty"`

		SrcIP    string `xml:"srcipaddr,attr,omitempty"`
		DstIP    string `xml:"dstipaddr,attr,omitempty"`
		Protocol string `xml:"protocol,attr,omitempty"`
		SrcPort  string `xml:"srcportstart,attr,omitempty"`
		DstPort  string `xml:"dstportstart,attr,omitempty"`

		Comment string `xml:"comment,attr,omitempty"`
	}
)

type (
	poolXML struct {
		XMLName xml.Name `xml:"pool"`
		Type    string   `xml:"type,attr"`
		Name    string   `xml:"name"`
		Target  struct {
			Path        string         `xml:"path"`
			Permissions permissionsXML `xml:"permissions"`
		} `xml:"target"`
	}

	permissionsXML struct {
		Mode string `xml:"mode"`
	}

	volumeXML struct {
		XMLName    xml.Name    `xml:"volume"`
		Name       string      `xml:"name"`
		Allocation measureXML  `xml:"allocation"`
		Capacity   *measureXML `xml:"capacity"`
		Physical   *measureXML `xml:"physical"`
		Target     struct {
			Path        string         `xml:"path,omitempty"`
			Format      formatXML      `xml:"format"`
			Permissions permissionsXML `xml:"permissions"`
		} `xml:"target"`
		Backing *backingXML `xml:"backingStore"`
	}

	formatXML struct {
		Type string `xml:"type,attr"`
	}

	backingXML struct {
		Path   string    `xml:"path"`
		Format formatXML `xml:"format"`
	}
)
