package text

// PlanOutside is what is said about the keys of a plan that name a way out: the
// channels, the hosts of the owner's own and the model server.
type PlanOutside struct {
	_ incomparable

	Channels, Hosts, Server string // what may be written: choices; number; -

	// What is wrong: key, value.
	More      string
	NotASCII  string
	NotName   string
	NotPort   string
	Odd       string
	Private   string
	Local     string
	Stars     string
	Broad     string
	NotServer string
	Public    string
	NotOwn    string

	// What to do.
	HostHint    string
	OnlyHint    string // what is left
	ASCIIHint   string
	PortHint    string
	OddHint     string
	PrivateHint string
	StarsHint   string
	BroadHint   string
	ServerHint  string
	PublicHint  string
	NotOwnHint  string
	FewerHint   string
	AliasHint   string
}

var enPlanOutside = PlanOutside{
	Channels: "a list of %s",
	Hosts:    "a list of at most %d hosts, each with its port unless that is 443",
	Server:   "a private address with its port, or empty",

	More:      "%[1]s is %[2]q, which is more than a host and a port",
	NotASCII:  "%[1]s is %[2]q, with letters that no host name has",
	NotName:   "%[1]s is %[2]q, which is no name of a host",
	NotPort:   "%[1]s is %[2]q, with something that is no port behind the colon",
	Odd:       "%[1]s is %[2]q, an address in a form that programs read differently",
	Private:   "%[1]s is %[2]q, a private or reserved address, which is refused at every level",
	Local:     "%[1]s is %[2]q, a name of your own network, whose addresses are refused at every level",
	Stars:     "%[1]s is %[2]q, with more than one *",
	Broad:     "%[1]s is %[2]q, which would let too many hosts through",
	NotServer: "%[1]s is %[2]q, which is no address with a port",
	Public:    "%[1]s is %[2]q, a public address",
	NotOwn:    "%[1]s is %[2]q, which is no address of another computer in your network",

	HostHint:    "write it like example.org, *.example.org or example.org:8443",
	OnlyHint:    "write only %s",
	ASCIIHint:   "write the name's ASCII form, which begins with xn--, as xn--bcher-kva.example for bücher.example",
	PortHint:    "write one number from 1 to 65535 behind the colon, or leave both out for 443",
	OddHint:     "write an address as four numbers without leading zeros, such as 8.8.4.4, or as IPv6",
	PrivateHint: "allow public hosts here; one model server in your own network goes into network.modelServer",
	StarsHint:   "write one *; it stands for letters, digits and hyphens, never for a dot",
	BroadHint:   "write the last two parts of the name in full, as in *.example.org, and three below an ending like co.uk",
	ServerHint:  "write it like 192.168.1.20:11434, the address in numbers",
	PublicHint:  "put it into network.allow instead",
	NotOwnHint:  "give an address that begins with 10., 172.16. to 172.31., 192.168. or fd; this computer's own are refused",
	FewerHint:   "write each only once, and names with the same ending together, as in *.example.org",
	AliasHint:   `put a value that begins with * in quotes: "*.example.org"`,
}

var zhPlanOutside = PlanOutside{
	Channels: "由以下各项组成的列表：%s",
	Hosts:    "至多 %d 个主机的列表，端口不是 443 时须写出",
	Server:   "带端口的私有地址，或留空",

	More:      "%[1]s 为 %[2]q，除主机和端口外还有别的内容",
	NotASCII:  "%[1]s 为 %[2]q，含有主机名里没有的文字",
	NotName:   "%[1]s 为 %[2]q，不是主机名",
	NotPort:   "%[1]s 为 %[2]q，冒号后面不是端口",
	Odd:       "%[1]s 为 %[2]q，这种写法的地址，各个程序理解不一",
	Private:   "%[1]s 为 %[2]q，这是私有或保留地址，无论哪一级都被拒绝",
	Local:     "%[1]s 为 %[2]q，这是你自己网络里的名称，其地址无论哪一级都被拒绝",
	Stars:     "%[1]s 为 %[2]q，其中不止一个 *",
	Broad:     "%[1]s 为 %[2]q，会放行太多主机",
	NotServer: "%[1]s 为 %[2]q，不是带端口的地址",
	Public:    "%[1]s 为 %[2]q，这是公网地址",
	NotOwn:    "%[1]s 为 %[2]q，不是你网络里另一台电脑的地址",

	HostHint:    "请写成 example.org、*.example.org 或 example.org:8443 这样",
	OnlyHint:    "请只写 %s",
	ASCIIHint:   "请写域名以 xn-- 开头的 ASCII 形式，例如 bücher.example 写作 xn--bcher-kva.example",
	PortHint:    "请在冒号后写 1 至 65535 的一个数字；若是 443，冒号和端口都可省略",
	OddHint:     "请把地址写成四个不带前导零的数字，例如 8.8.4.4，或写成 IPv6",
	PrivateHint: "此处只能允许公网主机；你自己网络里的一台模型服务器请写入 network.modelServer",
	StarsHint:   "请只写一个 *；它代表字母、数字和连字符，从不代表点",
	BroadHint:   "请把域名最后两段完整写出，例如 *.example.org；在 co.uk 这样的后缀下须写三段",
	ServerHint:  "请写成 192.168.1.20:11434 这样，地址用数字",
	PublicHint:  "请改写入 network.allow",
	NotOwnHint:  "请给出以 10.、172.16. 至 172.31.、192.168. 或 fd 开头的地址；这台电脑自己的地址会被拒绝",
	FewerHint:   "请每项只写一次，并把后缀相同的名称合写，例如 *.example.org",
	AliasHint:   `以 * 开头的值请加引号："*.example.org"`,
}
