# phpipam Database dump 
#    command executed: /usr/bin/mysqldump --defaults-extra-file=/tmp/x.cnf --opt 'phpipam' 
# --------------------- 

/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: phpipam
-- ------------------------------------------------------
-- Server version	10.11.19-MariaDB-0+deb12u1

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Table structure for table `customers`
--

DROP TABLE IF EXISTS `customers`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `customers` (
  `id` int(11) unsigned NOT NULL AUTO_INCREMENT,
  `title` varchar(128) NOT NULL DEFAULT '',
  `address` varchar(255) DEFAULT NULL,
  `postcode` varchar(32) DEFAULT NULL,
  `city` varchar(255) DEFAULT NULL,
  `state` varchar(255) DEFAULT NULL,
  `lat` varchar(31) DEFAULT NULL,
  `long` varchar(31) DEFAULT NULL,
  `contact_person` text DEFAULT NULL,
  `contact_phone` varchar(32) DEFAULT NULL,
  `contact_mail` varchar(254) DEFAULT NULL,
  `note` text DEFAULT NULL,
  `status` set('Active','Reserved','Inactive') DEFAULT 'Active',
  PRIMARY KEY (`id`),
  UNIQUE KEY `title` (`title`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `customers`
--

LOCK TABLES `customers` WRITE;
/*!40000 ALTER TABLE `customers` DISABLE KEYS */;
/*!40000 ALTER TABLE `customers` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `devices`
--

DROP TABLE IF EXISTS `devices`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `devices` (
  `id` int(11) unsigned NOT NULL AUTO_INCREMENT,
  `hostname` varchar(255) DEFAULT NULL,
  `ip_addr` varchar(100) DEFAULT NULL,
  `type` int(2) DEFAULT 0,
  `description` varchar(256) DEFAULT NULL,
  `sections` varchar(1024) DEFAULT NULL,
  `snmp_community` varchar(100) DEFAULT NULL,
  `snmp_version` set('0','1','2','3') DEFAULT '0',
  `snmp_port` mediumint(5) unsigned DEFAULT 161,
  `snmp_timeout` mediumint(5) unsigned DEFAULT 1000,
  `snmp_queries` varchar(128) DEFAULT NULL,
  `snmp_v3_sec_level` set('none','noAuthNoPriv','authNoPriv','authPriv') DEFAULT 'none',
  `snmp_v3_auth_protocol` set('none','MD5','SHA') DEFAULT 'none',
  `snmp_v3_auth_pass` varchar(64) DEFAULT NULL,
  `snmp_v3_priv_protocol` set('none','DES','AES') DEFAULT 'none',
  `snmp_v3_priv_pass` varchar(64) DEFAULT NULL,
  `snmp_v3_ctx_name` varchar(64) DEFAULT NULL,
  `snmp_v3_ctx_engine_id` varchar(64) DEFAULT NULL,
  `rack` int(11) unsigned DEFAULT NULL,
  `rack_start` int(11) unsigned DEFAULT NULL,
  `rack_size` int(11) unsigned DEFAULT NULL,
  `rack_deep` int(1) NOT NULL DEFAULT 0,
  `location` int(11) unsigned DEFAULT NULL,
  `editDate` timestamp NULL DEFAULT NULL ON UPDATE current_timestamp(),
  PRIMARY KEY (`id`),
  KEY `hostname` (`hostname`),
  KEY `location` (`location`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `devices`
--

LOCK TABLES `devices` WRITE;
/*!40000 ALTER TABLE `devices` DISABLE KEYS */;
INSERT INTO `devices` VALUES
(1,'sw-core-1',NULL,1,'core','1;2','s3cretcommunity','0',161,1000,NULL,'none','none',NULL,'none',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL),
(2,'=cmd|calc','10.77.0.2',1,'odd','1','x','0',161,1000,NULL,'none','none',NULL,'none',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
/*!40000 ALTER TABLE `devices` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `ipTags`
--

DROP TABLE IF EXISTS `ipTags`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `ipTags` (
  `id` int(11) unsigned NOT NULL AUTO_INCREMENT,
  `type` varchar(32) DEFAULT NULL,
  `showtag` tinyint(4) DEFAULT 1,
  `bgcolor` varchar(7) DEFAULT '#000',
  `fgcolor` varchar(7) DEFAULT '#fff',
  `compress` set('No','Yes') NOT NULL DEFAULT 'No',
  `locked` set('No','Yes') NOT NULL DEFAULT 'No',
  `updateTag` tinyint(1) DEFAULT 0,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `ipTags`
--

LOCK TABLES `ipTags` WRITE;
/*!40000 ALTER TABLE `ipTags` DISABLE KEYS */;
INSERT INTO `ipTags` VALUES
(1,'Offline',1,'#f59c99','#ffffff','No','Yes',1),
(2,'Used',0,'#a9c9a4','#ffffff','No','Yes',1),
(3,'Reserved',1,'#9ac0cd','#ffffff','No','Yes',1),
(4,'DHCP',1,'#c9c9c9','#ffffff','Yes','Yes',1),
(5,'Drucker/Tisk',1,'#fff','#000','No','No',0),
(6,'VIP, cluster',1,'#fff','#000','Yes','No',0);
/*!40000 ALTER TABLE `ipTags` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `ipaddresses`
--

DROP TABLE IF EXISTS `ipaddresses`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `ipaddresses` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `subnetId` int(11) unsigned DEFAULT NULL,
  `ip_addr` varchar(100) NOT NULL,
  `is_gateway` tinyint(1) NOT NULL DEFAULT 0,
  `description` varchar(64) DEFAULT NULL,
  `hostname` varchar(255) DEFAULT NULL,
  `mac` varchar(20) DEFAULT NULL,
  `owner` varchar(128) DEFAULT NULL,
  `state` int(3) DEFAULT 2,
  `switch` int(11) unsigned DEFAULT NULL,
  `location` int(11) unsigned DEFAULT NULL,
  `port` varchar(32) DEFAULT NULL,
  `note` text DEFAULT NULL,
  `lastSeen` datetime DEFAULT '1970-01-01 00:00:01',
  `excludePing` tinyint(1) NOT NULL DEFAULT 0,
  `PTRignore` tinyint(1) NOT NULL DEFAULT 0,
  `PTR` int(11) unsigned DEFAULT 0,
  `firewallAddressObject` varchar(100) DEFAULT NULL,
  `editDate` timestamp NULL DEFAULT NULL ON UPDATE current_timestamp(),
  `customer_id` int(11) unsigned DEFAULT NULL,
  `custom_Asset` varchar(64) DEFAULT NULL,
  `custom_bought on` date DEFAULT NULL,
  `custom_Poznámka` text DEFAULT NULL,
  `custom_count` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `sid_ip_unique` (`ip_addr`,`subnetId`),
  KEY `subnetid` (`subnetId`),
  KEY `location` (`location`),
  KEY `customer_ip` (`customer_id`),
  CONSTRAINT `customer_ip` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE SET NULL ON UPDATE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=71 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `ipaddresses`
--

LOCK TABLES `ipaddresses` WRITE;
/*!40000 ALTER TABLE `ipaddresses` DISABLE KEYS */;
INSERT INTO `ipaddresses` VALUES
(1,3,'168427779',0,'Server1','server1.cust1.local',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(2,3,'168427780',0,'Server2','server2.cust1.local',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(3,3,'168427781',0,'Server3','server3.cust1.local',NULL,NULL,3,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(4,3,'168427782',0,'Server4','server4.cust1.local',NULL,NULL,3,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(5,3,'168428021',0,'Gateway',NULL,NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(6,4,'168428286',0,'Gateway',NULL,NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(7,4,'168428042',0,'Server1','ser1.client2.local',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(8,6,'172037636',0,'DHCP range',NULL,NULL,NULL,4,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(9,6,'172037637',0,'DHCP range',NULL,NULL,NULL,4,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(10,6,'172037638',0,'DHCP range',NULL,NULL,NULL,4,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(11,9,'172818689',1,'Gateway – Brána','gw.büro.example','00:11:22:33:44:55','Jürgen Žižka',2,1,1,'Gi1/0/1','line 1\nline 2; \"quoted\", it\'s','1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,'000123','2024-02-29','žluťoučký kůň',7),
(12,9,'172818690',0,'=cmd|\'/c calc\'!A1','printer-1','00:11:22:33:44:56','@SUM(A1)',5,2,NULL,'+49 30 123','-1+1','1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(13,9,'172818691',0,'R&D bold \"x\"','reserved-3',NULL,NULL,3,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(14,9,'172818692',0,NULL,'dhcp-4','aa:bb:cc:dd:ee:ff',NULL,4,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(15,9,'172818693',0,'offline one',NULL,NULL,NULL,1,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',1,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(16,9,'172818694',0,NULL,'vip',NULL,NULL,6,NULL,NULL,NULL,'tab	here, backslash \\ and %like_ and  emoji','1970-01-01 00:00:01',0,0,0,NULL,'2026-11-25 23:47:06',NULL,NULL,NULL,NULL,NULL),
(17,9,'172818695',0,'0123','1e5',NULL,'1-2',2,NULL,NULL,NULL,'00042','1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(18,10,'172818954',0,'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx','h.example.org',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(19,11,'172819200',0,NULL,'p2p-a',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(20,11,'172819201',0,NULL,'p2p-b',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(21,12,'172819204',0,NULL,'lo0',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(22,14,'42540766411426455047884869897153413121',1,NULL,'r6','00:11:22:33:44:66',NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(23,14,'42540766411426455047884869897153413291',0,NULL,'v6.example',NULL,NULL,2,NULL,NULL,NULL,'n6','1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(24,15,'3232248325',0,'in red','red5',NULL,'r',2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(25,16,'3232248325',0,'in blue','blue5',NULL,'b',2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(26,16,'3232248326',0,NULL,'blue6',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(27,17,'2886992129',0,'no 1','bulk-001',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(28,17,'2886992130',0,'no 2','bulk-002',NULL,NULL,2,NULL,NULL,NULL,NULL,'1970-01-01 00:00:01',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(67,19,'172888065',0,'first\nsecond','UPPER.Case.Example','zz:not:a:mac','',2,NULL,NULL,NULL,'windows\r\nline','2026-11-25 23:45:19',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(68,19,'172888066',0,'','','','',2,NULL,NULL,NULL,'',NULL,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(69,19,'172888067',0,NULL,NULL,NULL,NULL,99,NULL,NULL,NULL,NULL,'0000-00-00 00:00:00',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
(70,19,'172888320',0,'outside of its subnet','outside',NULL,NULL,2,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
/*!40000 ALTER TABLE `ipaddresses` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `locations`
--

DROP TABLE IF EXISTS `locations`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `locations` (
  `id` int(11) unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(128) NOT NULL DEFAULT '',
  `description` text DEFAULT NULL,
  `address` varchar(128) DEFAULT NULL,
  `lat` varchar(31) DEFAULT NULL,
  `long` varchar(31) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `locations`
--

LOCK TABLES `locations` WRITE;
/*!40000 ALTER TABLE `locations` DISABLE KEYS */;
INSERT INTO `locations` VALUES
(1,'Zürich, Keller \"B\"','x',NULL,NULL,NULL),
(2,'Praha','',NULL,NULL,NULL);
/*!40000 ALTER TABLE `locations` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nameservers`
--

DROP TABLE IF EXISTS `nameservers`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nameservers` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL,
  `namesrv1` varchar(255) DEFAULT NULL,
  `description` text DEFAULT NULL,
  `permissions` varchar(128) DEFAULT NULL,
  `editDate` timestamp NULL DEFAULT NULL ON UPDATE current_timestamp(),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nameservers`
--

LOCK TABLES `nameservers` WRITE;
/*!40000 ALTER TABLE `nameservers` DISABLE KEYS */;
INSERT INTO `nameservers` VALUES
(1,'Google NS','8.8.8.8;8.8.4.4','Google public nameservers','1;2',NULL);
/*!40000 ALTER TABLE `nameservers` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `sections`
--

DROP TABLE IF EXISTS `sections`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `sections` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(128) NOT NULL DEFAULT '',
  `description` text DEFAULT NULL,
  `masterSection` int(11) DEFAULT 0,
  `permissions` varchar(1024) DEFAULT NULL,
  `strictMode` binary(1) NOT NULL DEFAULT '1',
  `subnetOrdering` varchar(16) DEFAULT NULL,
  `order` int(3) DEFAULT NULL,
  `editDate` timestamp NULL DEFAULT NULL ON UPDATE current_timestamp(),
  `showSubnet` tinyint(1) NOT NULL DEFAULT 1,
  `showVLAN` tinyint(1) NOT NULL DEFAULT 0,
  `showVRF` tinyint(1) NOT NULL DEFAULT 0,
  `showSupernetOnly` tinyint(1) NOT NULL DEFAULT 0,
  `DNS` varchar(128) DEFAULT NULL,
  PRIMARY KEY (`name`),
  UNIQUE KEY `id_2` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=6 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `sections`
--

LOCK TABLES `sections` WRITE;
/*!40000 ALTER TABLE `sections` DISABLE KEYS */;
INSERT INTO `sections` VALUES
(3,'Büro & Söhne','Müller \"GmbH\" <intern>',0,'{\"3\":\"1\",\"2\":\"2\"}','1',NULL,NULL,NULL,1,0,0,0,NULL),
(1,'Customers','Section for customers',0,'{\"3\":\"1\",\"2\":\"2\"}','1',NULL,NULL,NULL,1,0,0,0,NULL),
(5,'empty section','',0,'{\"2\":\"2\"}','0',NULL,NULL,NULL,1,0,0,0,NULL),
(2,'IPv6','Section for IPv6 addresses',0,'{\"3\":\"1\",\"2\":\"2\"}','1',NULL,NULL,NULL,1,0,0,0,NULL),
(4,'Lab: a/b [x] with a very long name that is over thirty chars','sub',3,'{\"2\":\"2\"}','1',NULL,NULL,NULL,1,0,0,0,NULL);
/*!40000 ALTER TABLE `sections` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `subnets`
--

DROP TABLE IF EXISTS `subnets`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `subnets` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `subnet` varchar(255) DEFAULT NULL,
  `mask` varchar(3) DEFAULT NULL,
  `sectionId` int(11) unsigned DEFAULT NULL,
  `description` text DEFAULT NULL,
  `linked_subnet` int(11) unsigned DEFAULT NULL,
  `firewallAddressObject` varchar(100) DEFAULT NULL,
  `vrfId` int(11) unsigned DEFAULT NULL,
  `masterSubnetId` int(11) unsigned NOT NULL DEFAULT 0,
  `allowRequests` tinyint(1) NOT NULL DEFAULT 0,
  `vlanId` int(11) unsigned DEFAULT NULL,
  `showName` tinyint(1) NOT NULL DEFAULT 0,
  `device` int(10) unsigned DEFAULT 0,
  `permissions` varchar(1024) DEFAULT NULL,
  `pingSubnet` tinyint(1) NOT NULL DEFAULT 0,
  `discoverSubnet` tinyint(1) NOT NULL DEFAULT 0,
  `resolveDNS` tinyint(1) NOT NULL DEFAULT 0,
  `DNSrecursive` tinyint(1) NOT NULL DEFAULT 0,
  `DNSrecords` tinyint(1) NOT NULL DEFAULT 0,
  `nameserverId` int(11) DEFAULT 0,
  `scanAgent` int(11) DEFAULT NULL,
  `customer_id` int(11) unsigned DEFAULT NULL,
  `isFolder` tinyint(1) NOT NULL DEFAULT 0,
  `isFull` tinyint(1) NOT NULL DEFAULT 0,
  `isPool` tinyint(1) NOT NULL DEFAULT 0,
  `state` int(3) DEFAULT 2,
  `threshold` int(3) DEFAULT 0,
  `location` int(11) unsigned DEFAULT NULL,
  `editDate` timestamp NULL DEFAULT NULL ON UPDATE current_timestamp(),
  `lastScan` timestamp NULL DEFAULT NULL,
  `lastDiscovery` timestamp NULL DEFAULT NULL,
  `custom_Site` varchar(64) DEFAULT NULL,
  `custom_is_dmz` tinyint(1) DEFAULT 0,
  PRIMARY KEY (`id`),
  KEY `masterSubnetId` (`masterSubnetId`),
  KEY `location` (`location`),
  KEY `sectionId` (`sectionId`),
  KEY `vrfId` (`vrfId`),
  KEY `customer_subnets` (`customer_id`),
  CONSTRAINT `customer_subnets` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE SET NULL ON UPDATE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=21 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `subnets`
--

LOCK TABLES `subnets` WRITE;
/*!40000 ALTER TABLE `subnets` DISABLE KEYS */;
INSERT INTO `subnets` VALUES
(1,'336395549904799703390415618052362076160','64',2,'Private subnet 1',NULL,NULL,0,0,1,1,1,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(2,'168427520','16',1,'Business customers',NULL,NULL,0,0,1,0,1,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(3,'168427776','24',1,'Customer 1',NULL,NULL,0,2,1,0,1,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(4,'168428032','24',1,'Customer 2',NULL,NULL,0,2,1,0,1,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(5,'0','',1,'My folder',NULL,NULL,0,0,0,0,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,1,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(6,'172037632','24',1,'DHCP range',NULL,NULL,0,5,0,0,1,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(7,'0',NULL,3,'Složka: Brno',NULL,NULL,NULL,0,0,NULL,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,1,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(8,'172818432','16',3,'Hauptnetz \"Zürich\" – Kroměříž',NULL,NULL,NULL,7,0,11,0,0,'{\"3\":\"1\",\"2\":\"2\"}',1,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,'Zürich',1),
(9,'172818688','24',3,'clients',NULL,NULL,NULL,8,0,12,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(10,'172818944','25',3,'=1+1',NULL,NULL,NULL,8,0,14,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,'=HYPERLINK(\"http://x\")',0),
(11,'172819200','31',3,'p2p',NULL,NULL,NULL,8,0,NULL,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(12,'172819204','32',3,'loopback',NULL,NULL,NULL,8,0,NULL,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,1,2,0,NULL,NULL,NULL,NULL,NULL,0),
(13,'42540766411426455029438125823443861504','48',2,'IPv6 site',NULL,NULL,1,0,0,NULL,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(14,'42540766411426455047884869897153413120','64',2,'IPv6 LAN (vlan: 9 - x)',NULL,NULL,1,13,0,13,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(15,'3232248320','24',4,'red net',NULL,NULL,1,0,0,NULL,0,0,'{\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(16,'3232248320','24',4,'blue net, same block',NULL,NULL,2,0,0,NULL,0,0,'{\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(17,'2886991872','22',1,'A - B (C) - 10.0.0.0/8',NULL,NULL,NULL,0,0,11,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(18,'2886994176','24',1,NULL,NULL,NULL,NULL,0,0,NULL,0,0,'{\"3\":\"1\",\"2\":\"2\"}',0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(19,'172888064','24',1,'two\nlines; and 10.9.9.0/24 - trap (10.9.9.0/24)',NULL,NULL,NULL,0,0,0,0,0,NULL,0,0,0,0,0,0,NULL,NULL,0,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0),
(20,'0','',1,'Empty folder; \"x\"',NULL,NULL,NULL,0,0,NULL,0,0,NULL,0,0,0,0,0,0,NULL,NULL,1,0,0,2,0,NULL,NULL,NULL,NULL,NULL,0);
/*!40000 ALTER TABLE `subnets` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `vlanDomains`
--

DROP TABLE IF EXISTS `vlanDomains`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `vlanDomains` (
  `id` int(11) unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(64) DEFAULT NULL,
  `description` text DEFAULT NULL,
  `permissions` varchar(128) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `vlanDomains`
--

LOCK TABLES `vlanDomains` WRITE;
/*!40000 ALTER TABLE `vlanDomains` DISABLE KEYS */;
INSERT INTO `vlanDomains` VALUES
(1,'default','default L2 domain',NULL),
(2,'Lab','second domain',NULL);
/*!40000 ALTER TABLE `vlanDomains` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `vlans`
--

DROP TABLE IF EXISTS `vlans`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `vlans` (
  `vlanId` int(11) NOT NULL AUTO_INCREMENT,
  `domainId` int(11) NOT NULL DEFAULT 1,
  `name` varchar(255) NOT NULL,
  `number` int(4) DEFAULT NULL,
  `description` text DEFAULT NULL,
  `editDate` timestamp NULL DEFAULT NULL ON UPDATE current_timestamp(),
  `customer_id` int(11) unsigned DEFAULT NULL,
  PRIMARY KEY (`vlanId`),
  KEY `customer_vlans` (`customer_id`),
  CONSTRAINT `customer_vlans` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE SET NULL ON UPDATE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=15 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `vlans`
--

LOCK TABLES `vlans` WRITE;
/*!40000 ALTER TABLE `vlans` DISABLE KEYS */;
INSERT INTO `vlans` VALUES
(1,1,'IPv6 private 1',2001,'IPv6 private 1 subnets',NULL,NULL),
(2,1,'Servers DMZ',4001,'DMZ public',NULL,NULL),
(11,1,'Büro (EG)',10,'office',NULL,NULL),
(12,1,'servers - prod',20,'',NULL,NULL),
(13,2,'lab',10,'the same number',NULL,NULL),
(14,1,'',4000,'no name',NULL,NULL);
/*!40000 ALTER TABLE `vlans` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `vrf`
--

DROP TABLE IF EXISTS `vrf`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `vrf` (
  `vrfId` int(11) unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(32) NOT NULL DEFAULT '',
  `rd` varchar(32) DEFAULT NULL,
  `description` varchar(256) DEFAULT NULL,
  `sections` varchar(128) DEFAULT NULL,
  `editDate` timestamp NULL DEFAULT NULL ON UPDATE current_timestamp(),
  `customer_id` int(11) unsigned DEFAULT NULL,
  PRIMARY KEY (`vrfId`),
  KEY `customer_vrf` (`customer_id`),
  CONSTRAINT `customer_vrf` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE SET NULL ON UPDATE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `vrf`
--

LOCK TABLES `vrf` WRITE;
/*!40000 ALTER TABLE `vrf` DISABLE KEYS */;
INSERT INTO `vrf` VALUES
(1,'red','65000:1','Red','1;2;3',NULL,NULL),
(2,'blue','65000:2','','1;2;3',NULL,NULL);
/*!40000 ALTER TABLE `vrf` ENABLE KEYS */;
UNLOCK TABLES;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-11-25 23:56:24
