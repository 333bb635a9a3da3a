/// The demo's workload: what customers of an imagined shop write, and the intent of each message. Written for this demo.
enum DemoWorkload {
    /// One customer message with the intent that is right for it.
    struct Message: Sendable {
        let text: String
        let intent: String
    }

    /// All intents, in the order of the file.
    static let intents: [String] = sections.map(\.intent)

    /// All messages, grouped by intent.
    static let messages: [Message] = sections.flatMap { section in section.texts.map { Message(text: $0, intent: section.intent) } }

    private static let sections: [(intent: String, texts: [String])] = {
        var sections: [(intent: String, texts: [String])] = []
        for line in source.split(separator: "\n") {
            if line.hasPrefix("## ") {
                sections.append((String(line.dropFirst(3)), []))
            } else {
                sections[sections.count - 1].texts.append(String(line))
            }
        }
        return sections
    }()

    private static let source = #"""
        ## order_status
        Where is my order right now?
        I ordered on Monday and have not heard anything since.
        Can you tell me when parcel 88213 gets here?
        The tracking page has said "label created" for four days.
        Has my stuff shipped yet?
        My delivery was promised for today, is it still on its way?
        Tracking shows nothing since Leipzig, what is going on?
        Any news about the blue kettle I bought last week?
        How long until my headphones arrive?
        I would like an update on order 4471-B please.
        Is my package out for delivery?
        The courier says they never got it, do you know where it is?
        Wann kommt meine Bestellung an?
        Still waiting for my shoes, it has been nine days.
        Could you check the progress of my purchase?
        It says dispatched but there is no tracking number.
        My neighbour got hers already, when is mine due?
        Did the warehouse forget about me?
        What is the expected date for my sofa?
        One half of the order came, when does the rest follow?
        Is there a delay on deliveries to Ireland at the moment?
        ## change_address
        I moved last week, please send it to my new flat instead.
        Can I still change the delivery address?
        There is a typo in my street name on the order.
        Please ship to my office rather than home.
        I put the wrong postcode in.
        Deliver it to the parcel locker at the station, please.
        My house number should be 17, not 71.
        How do I update where my orders go?
        I am on holiday, can it go to my sister in Cork?
        Send order 5520 to a different city if you can.
        The old address is still in my profile and you shipped there before.
        Kann ich die Lieferadresse noch ändern?
        Could you add the apartment number, 4C, to my shipment?
        I forgot to select my new address at checkout.
        Please swap billing and delivery address, I mixed them up.
        It is going to my parents' place by mistake.
        I need the parcel at my hotel until Friday.
        Change of plan: please route it to the shop for pickup.
        The company name is missing from the delivery label.
        My buzzer name is different now, please put Okafor.
        Can the driver bring it to building B instead of A?
        ## cancel_order
        Please cancel my order, I do not need it any more.
        I clicked buy by accident, stop it!
        How do I call off order 7781?
        I found it cheaper elsewhere, cancel please.
        Do not send the lamp, I changed my mind.
        Can I withdraw my purchase before it ships?
        I ordered two by mistake and want neither.
        Stop the shipment if it is not too late.
        Bitte stornieren Sie meine Bestellung.
        My kid ordered this without asking, undo it please.
        I want to annul the order I placed this morning.
        It takes too long, I would rather cancel.
        Take the desk off my order and forget the whole thing.
        Is there a cancel button somewhere?
        Cancel everything from last night.
        The event is off so I do not need the costumes now.
        I no longer want the pre-order of the console.
        Kill order number 90210 please.
        Please don't process the order I just made.
        How long do I have to cancel for free?
        Can you void my purchase before the card is charged?
        ## return_item
        I would like to send this back.
        How do returns work?
        The jacket does not fit, I want to return it.
        Where do I get a return label?
        Can I hand the return in at a shop?
        I have had it for 20 days, can I still give it back?
        The colour is not what I expected, returning it.
        Do I pay the postage if I send it back?
        I opened the box, is a return still possible?
        I need to return two of the three shirts.
        Wie kann ich einen Artikel zurückschicken?
        Please arrange a pickup for my return.
        I lost the original packaging, can I still return the mixer?
        The return portal does not accept my order number.
        Not happy with the mattress, I want to use the trial return.
        What is your return address?
        It was a present and she does not like it, can she return it?
        Can I return sale items?
        Return slip was not in the parcel.
        I want to exchange nothing, just return it.
        Is there a deadline for bringing it back?
        ## refund_status
        When do I get my money back?
        I returned the boots two weeks ago and got no refund.
        You confirmed the return but my account shows nothing.
        Has my refund been sent out?
        How long does a refund take to a credit card?
        The refund is ten euros short.
        I was told five days, it has been twelve.
        Where is the money for the cancelled order?
        My refund went to an expired card, what now?
        Wo bleibt meine Rückerstattung?
        Can you check on reimbursement for case 332?
        The return arrived on the 3rd, still no payment.
        Did you process my refund yet?
        I only got part of my refund.
        My bank says no refund is pending from you.
        Please confirm the refund date.
        You refunded as store credit but I wanted cash.
        Still waiting to be paid back for the toaster.
        The refund email came but the money did not.
        How do I see the state of my refund?
        I sent it back in March, please refund me finally.
        ## damaged_item
        The vase arrived in pieces.
        The screen has a crack right out of the box.
        Box was crushed and the contents are dented.
        My table came with a big scratch on top.
        One leg of the chair is broken.
        The bottle leaked all over the parcel.
        It looks like someone dropped it, the corner is smashed.
        The mirror was shattered when I opened it.
        Die Lampe ist kaputt angekommen.
        There is a tear in the brand new tent.
        Arrived soaking wet, the books are ruined.
        The lid is bent and will not close.
        Glass door of the cabinet is chipped.
        My speakers came with a hole in the membrane.
        The plant pot arrived broken, photos attached.
        The paint is flaking off and it is a day old.
        Everything in the parcel was covered in glass shards.
        Courier damaged it, who replaces it?
        The keyboard came with two keys snapped off.
        There is a dent in the fridge door.
        The frame was warped on arrival.
        ## missing_item
        One item was not in the box.
        I ordered three candles and got two.
        The screws are not in the package.
        The charger that should be included is missing.
        My parcel came but the book was not inside.
        The packing list says four, I count three.
        No manual and no cable in the box.
        Half of my order is absent.
        Es fehlt ein Teil in meinem Paket.
        The free gift was not included.
        The remote control is not there.
        You forgot the second shoe!
        The shelf boards are complete but there are no brackets.
        The bag was empty where the filter should be.
        My set should have six glasses, only five were packed.
        Where are the batteries that the page promised?
        There should have been a lid with this pot.
        The puzzle lacks the corner pieces bag.
        The spare part did not come along with the pump.
        I am short one pair of socks.
        The invoice lists a case, the parcel had none.
        ## wrong_item
        You sent me the wrong colour.
        I ordered a teapot and received a blender.
        This is size 38, I bought size 42.
        Somebody else's order was in my box.
        I got the left-handed version instead of the right-handed one.
        The model in the box is older than the one I paid for.
        Sie haben mir den falschen Artikel geschickt.
        I wanted black and got navy.
        This is not what I ordered at all.
        The phone case is for another phone.
        I received a child's bike, not an adult one.
        The label says espresso but it is filter coffee.
        Wrong edition of the book came.
        I asked for the 220 volt version and this is 110.
        You mixed up my order with another customer's.
        I have got the single duvet, the order says double.
        The perfume is a different scent than on the invoice.
        Instead of the drill I have a box of sandpaper.
        The rug is square, I chose the round one.
        It is the wrong flavour of dog food.
        I ordered oat, this is soy.
        ## payment_failed
        My card was declined at checkout.
        The payment does not go through.
        I get error 402 when I try to pay.
        PayPal throws me back to the basket every time.
        It says payment rejected but my bank says it is fine.
        Checkout hangs after I enter the code from my bank.
        Meine Zahlung wird nicht angenommen.
        Why is my credit card refused?
        I tried three cards and none works.
        The bank app confirmed but your page says failed.
        Apple Pay fails with an unknown error.
        I cannot complete the purchase, the pay button does nothing.
        My direct debit was bounced by your site.
        Payment timed out twice.
        The order shows unpaid although I tried to pay.
        Instalments are not approved, why?
        The 3D secure window stays white.
        Every attempt to pay ends with "try again later".
        My prepaid card is not accepted.
        I can't pay with my voucher and card together.
        The transaction was aborted in the last step.
        ## double_charge
        I was charged twice for the same order.
        There are two identical debits on my statement.
        You took 59.90 two times.
        Why do I see the payment doubled?
        My card shows a duplicate transaction.
        I paid once but two amounts are reserved.
        Mir wurde der Betrag doppelt abgebucht.
        Please return the second charge.
        One order, two payments, how come?
        The same invoice was collected again today.
        PayPal and my card were both charged.
        After the retry I was billed double.
        I see three charges, there should be one.
        The shipping fee was taken twice.
        Duplicate billing on order 6612.
        My account was debited again for last month's order.
        Two withdrawals at the same second from your shop.
        You billed me a second time after I cancelled.
        The subscription was charged twice this month.
        I clicked once, got charged twice.
        Can you reverse the extra payment?
        ## invoice_request
        I need an invoice for my tax return.
        Please send me the receipt for order 3307.
        Where can I download my bill?
        The invoice must show my company's VAT number.
        Can you issue the invoice to my employer?
        Ich brauche eine Rechnung.
        My accountant asks for the invoice from January.
        I never got a receipt by mail.
        Please correct the name on the invoice.
        Could I have a PDF of the bill?
        We need a pro forma invoice before we can order.
        The invoice lacks the tax breakdown.
        Send all invoices of last year please.
        Is there a paper copy of the receipt?
        Add our purchase order number to the invoice.
        The bill in my account opens as an empty page.
        How do I get a VAT receipt?
        Need proof of purchase for my insurance.
        Please mail the invoice to accounting@example.org.
        I want the invoice in English.
        The receipt shows the wrong company address.
        ## promo_code
        My discount code does not work.
        The coupon says expired although it is valid until Sunday.
        Where do I enter the voucher code?
        I forgot to use my 10 percent code, can you add it?
        Can I combine two promo codes?
        The welcome discount was not applied.
        Mein Gutscheincode wird nicht akzeptiert.
        Is there a student discount?
        SPRING15 is rejected, why?
        The newsletter promised 5 off, how do I get it?
        Do you have a promotion running at the moment?
        My code works only on full price, is that right?
        The black friday reduction disappeared at checkout.
        I have a code from a friend, can new customers use it?
        Free shipping code does nothing.
        The app discount does not show up in the browser.
        Your coupon took off less than it should.
        How often can I use the same code?
        It says the promo is not for my country.
        The loyalty points discount vanished.
        Can you honour the code even though it ran out yesterday?
        ## stock_question
        When will the green backpack be available again?
        Is the coffee grinder in stock?
        Do you still have size 44?
        How many of these can I order at once?
        Will you get more of the limited edition?
        Is the console in your Munich shop?
        Wann ist der Artikel wieder lieferbar?
        The page says sold out, is that final?
        Please tell me when the pram is back.
        Do you carry left-handed scissors?
        Can I reserve the last one?
        Are the spare filters available?
        Is the red one gone for good?
        When does the new model come in?
        You had oak last week, will oak return?
        Can you order it from the manufacturer for me?
        Is there a waiting list for the e-bike?
        Do you have 30 of these chairs for an event?
        Why can I not add it to the basket, is it out?
        Which shops have the tent in store?
        Any chance of a restock before Christmas?
        ## size_advice
        Which size should I take if I am between M and L?
        Do the boots run small?
        I am 1.83, which frame size is right?
        How wide is the sofa exactly?
        Will this ring fit a 17 mm finger?
        Does the cover fit a 160 mattress?
        Is the coat cut generously?
        What are the inner measurements of the box?
        Welche Größe soll ich nehmen?
        My waist is 84 cm, which jeans size is that?
        Does the helmet in M suit a 58 cm head?
        Are these kids' sizes true to age?
        Will the desk go through a 70 cm door?
        Is the UK 8 the same as EU 42?
        Does the collar fit a beagle?
        How long are the sleeves in size S?
        Should I order gloves one size up?
        Will a 15 inch laptop fit in this bag?
        What is the diameter of the lampshade?
        Is the sleeping bag long enough for someone tall?
        I wear 36 in other brands, what here?
        ## account_login
        I can't log in to my account.
        The password reset mail never arrives.
        It says my account is locked.
        I forgot which email I signed up with.
        The login code is not accepted.
        My two-factor device is lost, how do I get in?
        Ich kann mich nicht anmelden.
        The app logs me out every few minutes.
        It claims my password is wrong but it is not.
        How do I change my password?
        Someone else seems to be logged in as me.
        The sign-in page keeps reloading.
        I get "too many attempts" after one try.
        The confirmation link has expired.
        Please unlock my profile.
        My email changed and now I am locked out.
        Google sign-in stopped working here.
        I need access to my old account from 2019.
        The captcha never ends when I log in.
        Can't sign in on the new phone.
        It asks for a PIN that I never set.
        ## delete_account
        Please delete my account.
        I want all my data removed.
        How can I close my profile for good?
        Erase everything you hold about me, please.
        I do not want to be a customer any more, remove me.
        Bitte löschen Sie mein Konto.
        This is a request under article 17 of the GDPR.
        Shut down my account and forget my card.
        Can I deactivate my membership permanently?
        Where is the button to remove my account?
        Please wipe my order history and profile.
        I made two accounts, delete the second one.
        My father died, please close his account.
        Terminate my registration as of today.
        I want to leave your shop and take my data out.
        Cancel my account, not my order.
        Remove my personal details from your system.
        Please confirm once my profile is erased.
        I would like my account gone by the end of the month.
        Stop storing my address and delete the login.
        Delete the account of my company, we are closing.
        ## newsletter_opt_out
        Stop sending me emails.
        How do I unsubscribe from the newsletter?
        I get three promotional mails a day, enough!
        The unsubscribe link does nothing.
        Please take me off your mailing list.
        Bitte keinen Newsletter mehr.
        I never agreed to marketing messages.
        No more text messages with offers please.
        Turn off the push notifications about sales.
        I opted out last month and still get mail.
        Only order emails please, no advertising.
        Remove my number from your WhatsApp broadcast.
        Your catalogue keeps coming by post, stop it.
        I do not want to hear about deals.
        Change my mail preferences to none.
        How can I reduce the amount of mail from you?
        Spam from your shop again, unsubscribe me.
        My wife gets your newsletter and does not want it.
        End the weekly digest for this address.
        Please mute the birthday offers.
        I want out of the marketing list.
        ## gift_card
        How do I redeem a gift card?
        My gift card shows a balance of zero.
        Can I buy a gift card for 75?
        The gift card code is unreadable.
        Does the gift card expire?
        I want to send a gift card by email to a friend.
        Wie löse ich meine Geschenkkarte ein?
        Can I pay with two gift cards at once?
        The recipient never got the e-gift.
        How much is left on my gift card?
        I scratched off too much and a digit is gone.
        Is a gift card valid in your stores too?
        I bought a gift card with the wrong amount.
        Can I turn the gift card into cash?
        The gift card is not accepted in the app.
        Please resend the gift card email.
        Can I put a message on the gift card?
        My present card says already used.
        I lost the plastic gift card, have the receipt.
        Can gift cards be used on sale items?
        Where do I see the gift card number?
        ## warranty_claim
        The drill died after eight months, is that covered?
        My kettle stopped working, it is under guarantee.
        How do I file a warranty claim?
        The zip broke after five weeks of normal use.
        Is the battery included in the guarantee?
        Die Garantie läuft noch, das Gerät ist defekt.
        The washing machine leaks, bought it a year ago.
        I need a repair within the warranty.
        My watch loses ten minutes a day since June.
        The soles came off after three months.
        Do I need the receipt for the guarantee?
        The TV has stripes after half a year.
        Your guarantee says two years, mine failed in month 23.
        Who repairs the coffee machine under warranty?
        The handle of the pan fell off, lifetime guarantee applies?
        My claim from April was not answered.
        The monitor has a dead pixel line since last week.
        The fabric tore on its own after some months, warranty?
        Can the maker's guarantee be used with you?
        The motor smells burnt and it is only ten months old.
        I registered the product, now it is faulty.
        ## speak_to_human
        I want to talk to a person.
        Can someone call me?
        This bot does not help, give me an agent.
        Is there a phone number?
        Connect me with customer service please.
        Ich möchte mit einem Mitarbeiter sprechen.
        Let me speak to your manager.
        Human, please.
        I have explained this five times, I need a real person.
        Are you a machine? Get me somebody.
        When is your hotline open?
        Can I chat with a colleague instead?
        Please transfer me.
        I prefer to discuss this over the phone.
        Put me through to the complaints team.
        Nobody answers my mails, who can I call?
        Operator!
        I would like a call back tomorrow at ten.
        Stop the automatic answers and let a human read this.
        Give me the number of the shop in Graz.
        I need to speak with someone about something private.
        """#
}
