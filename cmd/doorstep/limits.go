package main

import (
	"fmt"
	"net/netip"

	"doorstep/internal/httpapi"
)

// LimitFlags are how much one session and one address may ask of one node; 0 is
// no limit. A station, or the balancer of all stations, is one address, and after
// a restart all of its tablets come back at once.
type LimitFlags struct {
	SessionRequests    int      `name:"session-requests" env:"DOORSTEP_SESSION_REQUESTS" default:"100" help:"Requests a second of one session, ten times as many at once; 0: no limit."`
	AddressRequests    int      `name:"address-requests" env:"DOORSTEP_ADDRESS_REQUESTS" default:"2000" help:"Requests a second from one address, ten times as many at once; 0: no limit."`
	SessionStreams     int      `name:"session-streams" env:"DOORSTEP_SESSION_STREAMS" default:"32" help:"Open streams of one account, and how many it may open in a minute; 0: no limit."`
	AddressStreams     int      `name:"address-streams" env:"DOORSTEP_ADDRESS_STREAMS" default:"6000" help:"Open streams from one address, and how many may be opened in a minute; 0: no limit."`
	AddressConnections int      `name:"address-connections" env:"DOORSTEP_ADDRESS_CONNECTIONS" default:"10000" help:"Open connections from one address that are no streams; 0: no limit."`
	TrustedProxies     []string `name:"trusted-proxies" env:"DOORSTEP_TRUSTED_PROXIES" help:"Addresses or networks of proxies whose X-Forwarded-For is believed, as 10.0.0.7,10.1.0.0/16."`
}

func (f LimitFlags) rates() httpapi.Rates {
	proxies, _ := f.proxies() // Validate has looked
	return httpapi.Rates{
		SessionRequests: f.SessionRequests, AddressRequests: f.AddressRequests, SessionStreams: f.SessionStreams,
		AddressStreams: f.AddressStreams, AddressConnections: f.AddressConnections, Proxies: proxies,
	}
}

func (f LimitFlags) proxies() (all []netip.Prefix, err error) {
	for _, said := range f.TrustedProxies {
		network, err := netip.ParsePrefix(said)
		if addr, single := netip.ParseAddr(said); single == nil {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("DOORSTEP_TRUSTED_PROXIES: %q is neither an address nor a network", said)
		}
		all = append(all, network.Masked())
	}
	return all, nil
}
