import { chromium } from "playwright-core";
import { CHROMIUM, CHROMIUM_ARGS } from "./tests/helpers/browser.ts";
import { signedBrowser, signInFile, SIGNED } from "./tests/helpers/signed.ts";
import { freePort, untilAnswers } from "./tests/helpers/binary.ts";
import { rmSync, readFileSync } from "node:fs";
const port = await freePort(); const url=`http://127.0.0.1:${port}`; const db="/tmp/mvshots/x.db";
for (const s of ["","-wal","-shm",".lock"]) rmSync(db+s,{force:true});
const server = Bun.spawn([process.execPath,"src/main.ts","serve","--port",String(port),"--database",db],{env:{PATH:process.env.PATH!,LOG_LEVEL:"error"},stdout:"ignore",stderr:"inherit"});
await untilAnswers(url+"/healthz"); signInFile(db);
const up = async (name:string, bytes:Uint8Array|string, q="") => { const f=new FormData(); f.set("file", new File([bytes as any],name)); const r=await fetch(url+"/imports",{method:"POST",body:f,headers:SIGNED,redirect:"manual"}); return r.headers.get("location")??(await r.text()); };
const post=(p:string,b:Record<string,string>={})=>fetch(url+p,{method:"POST",headers:{...SIGNED,"content-type":"application/x-www-form-urlencoded"},body:new URLSearchParams(b).toString(),redirect:"manual"});
await fetch(url+"/api/v1/subnets",{method:"POST",headers:{...SIGNED,"content-type":"application/json"},body:JSON.stringify({cidr:"10.10.1.0/24",name:"Office LAN",sweep_enabled:false})});
await fetch(url+"/api/v1/hosts",{method:"POST",headers:{...SIGNED,"content-type":"application/json"},body:JSON.stringify({ip:"10.10.1.3",hostname:"old-printer",description:"Second floor"})});
const a = await up("phpipam_MySQL_dump_2026-11-25.sql", readFileSync("samples/import/phpipam-dump.sql"));
const long = "ip,hostname,description,notes,subnet\n" + `10.9.0.1,${"long-name-".repeat(25).slice(0,250)},${"x y ".repeat(60).trim()},"${"line of the notes\\n".repeat(20)}",10.9.0.0/24\n` + "10.77.1.1,far,,,\n010.0.0.1,zero,,,\n10.10,excel,,,\n" + Array.from({length:300},(_, i)=>`10.9.0.${(i%250)+2},h${i},,,`).join("\n");
const b = await up("inventory of everything.csv", long);
const c = await up("adresy.csv", readFileSync("samples/import/excel-semicolon-cp1250.csv"));
const d = await up("hosts.csv", "ip,hostname,subnet\n10.8.0.1,gw,10.8.0.0/24\n10.8.0.2,nas,\n"); await post(d+"/write");
const browser = signedBrowser(await chromium.launch({ executablePath: CHROMIUM, args:[...CHROMIUM_ARGS] }), url);
const pages:[string,string][] = [["form","/imports"],["dump",a],["dump-change",a+"?show=change"],["long",b],["refused",b+"?show=refuse"],["unread",c],["done",d],["export","/export"],["subnet","/subnets/1"],["dash","/"]];
const looks:[string,any,string][] = [["light",{viewport:{width:1280,height:900}},"light"],["dark",{viewport:{width:1280,height:900}},"dark"],["contrast",{viewport:{width:1280,height:900}},"contrast"],["narrow",{viewport:{width:390,height:844}},"light"]];
const want = process.argv.slice(2);
for (const [look,opts,theme] of looks) { if (want.length && !want.includes(look)) continue;
 const ctx = await browser.newContext(opts); await ctx.addCookies([{name:"theme",value:theme,url}]);
 const page = await ctx.newPage(); const errs:string[]=[]; page.on("console",m=>m.type()==="error"&&errs.push(m.text()));
 for (const [n,p] of pages) { await page.goto(url+p); await page.screenshot({path:`/tmp/mvshots/${n}-${look}.png`, fullPage: look!=="narrow" ? true : true}); const over = await page.evaluate(()=>document.documentElement.scrollWidth-document.documentElement.clientWidth); if (over>0) console.log(look,n,"overflow",over); }
 if (errs.length) console.log(look, errs.slice(0,3)); await ctx.close(); }
await browser.close(); server.kill("SIGTERM"); await server.exited;
