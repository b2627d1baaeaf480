// Package plan is what the owner wants, as pure data: the choices, their
// defaults, their limits and their file format. It is a leaf: it changes no
// machine and cannot express a secret.
package plan

// Plan is every choice that a person can make. The zero Plan is not valid;
// Default gives one that is.
type Plan struct {
	// Version of the file format. Range: 1.
	Version int `yaml:"version" json:"version"`
	// Name of the machine: lower-case letters, digits and hyphens, 1 to 32
	// characters, beginning with a letter and not ending in a hyphen.
	Name string `yaml:"name" json:"name"`
	// Connection to libvirt: auto, system or session.
	Connection string   `yaml:"connection" json:"connection"`
	Machine    Machine  `yaml:"machine" json:"machine"`
	Image      Image    `yaml:"image" json:"image"`
	OpenClaw   OpenClaw `yaml:"openclaw" json:"openclaw"`
	Network    Network  `yaml:"network" json:"network"`
	// Language of the texts: auto (from the environment), en or zh.
	Language string `yaml:"language" json:"language"`
}

// Machine is the size and nature of the virtual machine.
type Machine struct {
	// CPUs: virtual processors, from 1 to what the host has.
	CPUs int `yaml:"cpus" json:"cpus"`
	// Memory: at least 2GiB (OpenClaw's gateway alone holds 0.8 GB), at most
	// what the host has less 1 GiB.
	Memory Size `yaml:"memory" json:"memory"`
	// SystemDisk is the largest size the disposable OS disk can grow to: 6GiB to 2TiB.
	SystemDisk Size `yaml:"systemDisk" json:"systemDisk"`
	// DataDisk is the size of the disk that is kept: 1GiB to 2TiB.
	DataDisk Size `yaml:"dataDisk" json:"dataDisk"`
	// Acceleration: auto (KVM when a probe boots with it), kvm or emulation.
	Acceleration string `yaml:"acceleration" json:"acceleration"`
	// Clock: auto (steady with KVM, slow under emulation), steady or slow. The
	// slow clock advances with the instructions that the guest executes, so
	// that the time limits inside OpenClaw hold under emulation.
	Clock string `yaml:"clock" json:"clock"`
}

// Image says where the base system comes from.
type Image struct {
	// Source: auto (official, else build), official, build or file.
	Source string `yaml:"source" json:"source"`
	// File is an absolute path, with source file only.
	File string `yaml:"file,omitempty" json:"file,omitempty"`
	// SHA512 pins File: 128 hexadecimal digits in lower case. Empty: recorded, not compared.
	SHA512 string `yaml:"sha512,omitempty" json:"sha512,omitempty"`
	// Mirrors are http(s) addresses of directories laid out like the
	// publisher's; tried before the publisher, never trusted.
	Mirrors []string `yaml:"mirrors,omitempty" json:"mirrors,omitempty"`
}

// OpenClaw says which agent, from where, and what it may do.
type OpenClaw struct {
	// Version in the lockfile that ships with clawarium, or in Lockfile.
	Version string `yaml:"version" json:"version"`
	// Lockfile is an absolute path to an npm lockfile with integrity for every
	// package; empty means the one that ships with clawarium.
	Lockfile string `yaml:"lockfile,omitempty" json:"lockfile,omitempty"`
	// Registry is the http(s) address of the npm registry; empty means the
	// environment's, else npmrc's, else the one linked in at build time.
	Registry string `yaml:"registry,omitempty" json:"registry,omitempty"`
	// Preset: cautious (messages only), workspace (files in its workspace,
	// commands only after approval) or full (commands allowed, high-risk ones
	// still asked for).
	Preset string `yaml:"preset" json:"preset"`
	// Provider whose model key is asked for: none, anthropic, openai, deepseek,
	// moonshot, zai, qwen, google or openrouter; with -cn, the platforms of moonshot,
	// zai and qwen for China, whose keys are others. The key is never in a plan.
	Provider string `yaml:"provider" json:"provider"`
}

// Network says what the machine may reach and how the host reaches the outside.
type Network struct {
	// Level: allowlist, internet or offline.
	Level string `yaml:"level" json:"level"`
	// Channels whose hosts the allowlist lets through: telegram, slack, discord,
	// whatsapp, feishu, dingtalk and wecom. No effect at the other levels.
	Channels []string `yaml:"channels,omitempty" json:"channels,omitempty"`
	// Allow are further hosts of the allowlist, at most 64: a name, a name with one
	// * or a public address, with a port unless it is 443; see HostPort.
	Allow []string `yaml:"allow,omitempty" json:"allow,omitempty"`
	// ModelServer is one private address with its port, the only one that is let
	// through; empty: none. No effect at level offline.
	ModelServer string `yaml:"modelServer,omitempty" json:"modelServer,omitempty"`
	// Subnet of the isolated network, a private IPv4 /24 to /30 in CIDR form;
	// auto picks one that is free on this host. Only with connection system.
	Subnet string `yaml:"subnet" json:"subnet"`
	// SSHPort on 127.0.0.1 that leads to the guest's SSH, 1024 to 65535; 0
	// picks a free one. Only with connection session.
	SSHPort int `yaml:"sshPort" json:"sshPort"`
	// Proxy for downloads on the host (http, https or socks5 address without a
	// password in it); empty means the environment's.
	Proxy string `yaml:"proxy,omitempty" json:"proxy,omitempty"`
	// CA is an absolute path to a PEM file of extra certificate authorities,
	// trusted by downloads and placed in the guest's trust store.
	CA string `yaml:"ca,omitempty" json:"ca,omitempty"`
}
