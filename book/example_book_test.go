package book_test

// example has every kind of document and body, as docs/LANGUAGE.md shows them.
// The tests of mistakes change it in one place at a time.
const example = `kind: Book
name: openai
buyer: openai
currency: USD
calendar: us-business
parties:
  openai: {title: OpenAI}
  microsoft: {title: Microsoft, affiliates: [linkedin]}
  linkedin: {title: LinkedIn}
  oracle: {title: Oracle}
  stargate: {title: Stargate}
  panel: {title: Independent expert panel}
providers:
  azure: {party: microsoft}
  oci: {party: oracle}
  stargate: {party: stargate, built_by_buyer: true}
purposes: [training, research, api, product]
products: {api: {purpose: api}, chatgpt: {purpose: product}, copilot: {party: microsoft}}
assets: [gpt-4o, infrastructure]
regions: {us-east: {azure: eastus, oci: us-ashburn-1}}
accelerators:
  h100: {per_node: 8, h100e: 1}
  gb200: {per_node: 4, lot: 72, h100e: 2.5}
calendars:
  us-business: {timezone: America/Los_Angeles, holidays: us-federal, cutoff: "17:00", opens: "09:00"}
  listed: {timezone: America/Los_Angeles, holidays: [2025-12-24], cutoff: "17:00", opens: "09:00"}
  both: {all: [us-business, listed]}
---
kind: Agreement
name: microsoft-openai
parties: [openai, microsoft]
effective: 2019-07-22
until: 2031-01-01
renewal: {for: P1Y, unless_notice: P90D}
clauses:
  all-compute:
    text: Azure is the only cloud that runs the buyer's workloads.
    source: where a reader finds the words
    exclusivity: {provider: azure, scope: {}}
  agi:
    text: A panel verifies it.
    determination: {question: Has it been reached?, decided_by: panel, meanwhile: continue}
amendments:
  - name: january-2025
    effective: 2025-01-21
    signed_by: [openai, microsoft]
    open_processes: continue
    remove: [all-compute]
    clauses:
      new-capacity:
        text: Microsoft may match a third party's offer of new capacity.
        until: {first_of: [2030-01-01, {determined: agi}]}
        first_refusal:
          direction: supply_side
          grantor: openai
          holders:
            - {party: microsoft, provider: azure, rank: 1, weight: 1, assignable: personal}
          scope: {capacity: new, region: [us-*]}
          trigger: {bona_fide: [written, signed, arms_length]}
          notify_within: P5D
          notice:
            contents: [provider, quantity, accelerator, site, price, term, delivery, offer_copy]
            deficiency: strict
          window: P15BD
          partial: lots
          all_or_none: false
          undersubscription: P10D
          match: exact
          non_cash: same
          package: whole
          offer_revocable: until_acceptance
          nonconforming: ignored
          definitive_within: P20BD
          delivery_gate: true
          delivery_grace: P30D
          tail: {sign_by: P90D, close_by: P60D}
          tolerance: {price: 2%}
          retrigger_window: P5BD
          survival: continuing
          aggregation: {window: P90D, affiliates: true}
          tolling: [force_majeure, regulator]
          determiner: panel
          time: {calendar: us-business, count_first: false, roll: none, cutoff: "17:00"}
      api:
        text: The API stays on Azure.
        until: {determined: agi}
        exclusivity: {provider: azure, scope: {product: [api]}}
      own-build:
        text: The buyer may build, primarily for research and training.
        consent:
          lifts: [new-capacity]
          scope: {route: build}
          limit: {megawatts: 5000}
          share: {purposes: [research, training], at_least: 60%, unit: gpu_hours, window: P1Y}
      asked-first:
        text: Oracle is asked first in one site.
        first_offer: {holder: oracle, scope: {site: [abilene]}, window: P10D, floor: USD 2.10, tail: {sign_by: P30D, close_by: P30D}}
      ships-first:
        text: Products ship first on Azure.
        from: 2026-04-27
        first_placement:
          provider: azure
          scope: {product: [chatgpt]}
          head_start: P30D
          unless: {declared_by: microsoft, statements: [cannot_support, chooses_not_to]}
      held:
        text: Capacity held in one site.
        reservation:
          provider: oci
          accelerator: gb200
          quantity: 14400
          lot: 72
          site: abilene
          window: {from: 2025-06-01, until: 2030-06-01}
          price: USD 8.00
          pay: monthly
          prepayment: {amount: USD 10M, by: 2025-06-01, draws: pro_rata}
          unused_charge: 85%
          ramp: [{on: 2025-09-01, quantity: 7200}, {on: 2026-01-01, quantity: 14400}]
          delivery: {tolerance: P30D, long_stop: 2026-06-01, damages: {per_day: USD 10K, cap: USD 1M}}
          ends_at: "11:30Z"
          extend: {step: P1Y, notice: P90D}
          cancel: {notice: P90D, fee: 20%, cap: USD 50K, rolling: P1Y}
          under: oci-1
      spend:
        text: A commitment to Azure.
        commitment:
          provider: azure
          measure: spend
          amount: USD 250B
          interval: full
          period: {from: 2025-01-21, until: 2031-01-01}
          milestones: [{by: 2027-01-01, amount: USD 20B, shortfall: invoice}]
          eligible: {}
          services: [compute, marketplace]
          caps: {marketplace: 25%}
          counts: invoice
          prepayment: {amount: USD 1B, by: 2025-06-01}
          shortfall: invoice
          carry: {forward: {cap: 10%}}
          cancel: none
          order: 1
      held-hours:
        text: Hours that go with the capacity held.
        commitment: {provider: oci, measure: gpu_hours, amount: 126144000, interval: P1Y, period: {from: 2025-06-01, until: 2030-06-01}, eligible: {}, counts: usage, shortfall: forfeit, carry: none, for: [held], order: 2}
      discount:
        text: A negotiated discount.
        rate: {provider: azure, scope: {accelerator: [h100]}, discount: 30%}
      price:
        text: A negotiated price.
        rate: {provider: oci, scope: {}, price: USD 7.00}
      copilot:
        text: Microsoft may use the models.
        licence: {licensor: openai, licensee: microsoft, assets: [gpt-4o], scope: {product: [copilot]}, exclusive: false}
      best-price:
        text: No one pays less.
        most_favoured: {beneficiary: openai, compared_with: [linkedin], metric: net price, remedy: refund}
      build-out:
        text: Partners build together.
        venture:
          partners: [{party: openai, share: 40%}, {party: oracle, amount: USD 7B}]
          capital: {up_to: USD 500B, initial: USD 100B}
          operator: openai
          provider: stargate
          phases: [{site: abilene, megawatts: 200, accelerator: gb200, quantity: 72000, online: 2026-01-01, slip: P30D}]
      share:
        text: Revenue is shared.
        recorded: {parties: [openai, microsoft], about: revenue_share}
---
kind: Statement
name: panel-on-agi
of: microsoft-openai/agi
by: panel
at: 2026-03-02T17:00:00Z
says: "yes"
---
kind: Statement
name: chatgpt-elsewhere
of: microsoft-openai/ships-first
by: microsoft
at: 2026-05-02T17:00:00Z
says: cannot_support
products: [chatgpt]
---
kind: Supply
name: list-prices
provider: azure
offers:
  - {accelerator: h100, region: us-east, price: USD 12.29, quantity: 4000, from: 2025-01-01, until: 2026-01-01, kind: on_demand, source: invented}
  - {accelerator: gb200, site: abilene, price: USD 8, kind: block, per_order: {at_least: 72, at_most: 720}, lasts: [{step: P1D, until: P14D}, {step: P7D, until: P182D}], order_ahead: {at_most: P56D}, ends_at: "11:30Z", pay: upfront, expires: 2025-12-01, all_or_none: true, confidential: [price], lead: P30D}
---
kind: Demand
name: spring-training
purpose: training
product: api
asset: gpt-4o
customer: us-national-security
accelerator: {h100: 1.0, gb200: 2.5}
quantity: 1008
divisible: lots
hours: 2160
earliest: 2025-03-01
latest_finish: 2025-09-01
regions: [us-*]
worth: USD 40M
delivers: {product: api, due: 2025-10-01}
labels: {team: pretraining}
---
kind: Demand
name: small-jobs
purpose: research
accelerator: h100
profile:
  seed: 7
  period: {from: 2025-01-01, until: 2026-01-01}
  per_day: 120.5
  arrivals: random
  hourly: [1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 2, 2, 1, 1, 1, 1]
  growth: {by: 3%, per: P1M}
  sizes: [{accelerators: 1, share: 70%}, {accelerators: 8, share: 30%}]
  durations: [{at_most: PT1H, share: 60%}, {at_most: PT48H, share: 40%}]
  scale: 4
---
kind: Serving
name: api
deployments:
  - {name: east, asset: gpt-4o, provider: azure, region: us-east, purpose: api, mode: provisioned, dialect: azure, upstream: "https://example.com/openai", credential: {env: AZURE_KEY}, priority: 1, weight: 3, spill_on: [429]}
keys:
  - {name: k1, party: microsoft, product: copilot, hash: "sha256:00ff", limits: [{product: copilot, requests: 600, tokens: 1000000, money: USD 100, per: PT1M}], labels: {team: copilot}}
limits: [{product: api, requests: 6000, per: PT1M}]
aliases: {latest: gpt-4o}
stale_after: PT15M
prices:
  - {asset: gpt-4o, provider: azure, input: USD 2.50 per 1M tokens, cached: USD 1.25 per 1M tokens, output: USD 10 per 1M tokens, from: 2025-01-01}
---
kind: Scenario
name: usual
actors:
  - {party: microsoft, answers: matches_while_capacity, after: P5BD}
  - {provider: oci, answers: silent}
buying: {every: P1D, waiting: PT24H, ahead: P180D, cover: 110%, at_least: 72, at_most: 10008, term: P1Y}
`
